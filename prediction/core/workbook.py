"""A plain Excel workbook of one sheet, written row by row: text, numbers and dates, no styles.

What openpyxl does for every cell of such a sheet takes several times as long as working out its
content.  The parts are those that ECMA-376 asks of the smallest workbook.
"""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LONGEST_TEXT = 32_767
"""Characters of a cell that Excel takes."""
EPOCH = dt.date(1899, 12, 30)
"""Day 0 of Excel's calendar."""
ROWS_AT_ONCE = 500
RECENT = 8192
"""Texts whose form in the sheet is kept: most are those of the row before."""
START = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = "xl/worksheets/sheet1.xml"
PARTS = {
    "[Content_Types].xml": (
        f'<Types xmlns="{TYPES}">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{KIND}.sheet.main+xml"/>'
        f'<Override PartName="/{SHEET}" ContentType="{KIND}.worksheet+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{KIND}.styles+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{RELATIONS}"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{RELATIONS}">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{MAIN}">'
        '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>'
        '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
        '</cellStyleXfs><cellXfs count="2">'
        '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
        '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
        '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/>'
        "</cellStyles></styleSheet>"
    ),
}


class Workbook:
    """A workbook that is being written; without ``close`` it is none."""

    def __init__(self, path: Path, sheet: str) -> None:
        book = (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            f'<sheet name={quoteattr(sheet)} sheetId="1" r:id="rId1"/></sheets></workbook>'
        )
        self._zip = ZipFile(path, "w", ZIP_DEFLATED)
        for name, content in (PARTS | {"xl/workbook.xml": book}).items():
            self._zip.writestr(name, START + content)
        part = ZipInfo(SHEET)
        part.compress_type = ZIP_DEFLATED
        self._sheet = self._zip.open(part, "w", force_zip64=True)
        self._waiting = [f'{START}<worksheet xmlns="{MAIN}"><sheetData>']
        self._rows = 0

    def append(self, row: Sequence[str | int | float | dt.date | None]) -> None:
        """Add a row; an empty cell is left out."""
        self._rows += 1
        end = f'{self._rows}"'
        cells = [
            f'<c r="{_letters(place)}{end}{_content(value)}</c>'
            for place, value in enumerate(row)
            if value is not None
        ]
        self._waiting.append(f'<row r="{end}>{"".join(cells)}</row>')
        if len(self._waiting) >= ROWS_AT_ONCE:
            self._flush()

    def close(self) -> None:
        """Finish the file."""
        self._waiting.append("</sheetData></worksheet>")
        self._flush()
        self._sheet.close()
        self._zip.close()

    def _flush(self) -> None:
        self._sheet.write("".join(self._waiting).encode("utf-8", "replace"))
        self._waiting.clear()


@lru_cache(maxsize=1024)
def _letters(place: int) -> str:
    """Return the name of a column: A, B, …, Z, AA, …"""
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _content(value: str | int | float | dt.date) -> str:
    """Return the rest of a cell's start, and what it holds."""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, dt.date):
        return f' s="1"><v>{(value - EPOCH).days}</v>'
    return f"><v>{value}</v>"


@lru_cache(maxsize=RECENT)
def _text(value: str) -> str:
    """Return a text as it stands in its cell: never a formula, its blanks kept."""
    told = escape(value[:LONGEST_TEXT])
    return f' t="inlineStr"><is><t xml:space="preserve">{told}</t></is>'
