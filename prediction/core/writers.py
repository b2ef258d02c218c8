"""The export in five file formats, row by row, so that a table never has to fit in memory.

Each writer takes the columns once and then rows; ``close`` finishes the file.  CSV is UTF-8 without
a byte order mark; JSON is a list of objects; XML has one element a row and leaves empty cells out;
Excel and Parquet (``typed_writers``) keep the types of the columns.  Writers know nothing of
predictions.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol
from xml.sax.saxutils import escape, quoteattr

from prediction.core.export import Cell, ExportColumn
from registry.core.errors import BadInput
from registry.spreadsheets import harmless

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

RECENT = 4_000
"""Texts whose harmless form is remembered: a table says the same names again and again."""
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


class TableFormat(StrEnum):
    """A file format that the export can be written in."""

    CSV = "csv"
    JSON = "json"
    XML = "xml"
    XLSX = "xlsx"
    PARQUET = "parquet"


NAMES = {"xlsx": "Excel", "parquet": "Parquet"}


def called(table_format: str) -> str:
    """Return what people call a format."""
    return NAMES.get(table_format, table_format.upper())


FORMATS = [each.value for each in TableFormat]
"""The same as plain words, for the API's description."""


class TooManyRows(BadInput):
    """The table does not fit the chosen format."""

    code = "too_many_rows"


class TableWriter(Protocol):
    """Takes rows one by one and finishes the file on ``close``."""

    def write(self, row: Sequence[Cell]) -> None:
        """Append one row, cells in the order of the columns."""

    def close(self) -> None:
        """Finish the file."""


def open_writer(
    path: Path, columns: Sequence[ExportColumn], table_format: TableFormat
) -> TableWriter:
    """Return a writer of ``table_format`` that has written its header to ``path``."""
    from prediction.core import typed_writers  # openpyxl and pyarrow: few who name a format write

    return (WRITERS | typed_writers.WRITERS)[table_format](path, columns)


def format_of(path: Path) -> TableFormat:
    """Return the format that a file's ending names.

    Raises
    ------
    BadInput
        When the ending names none.
    """
    ending = path.suffix.lower().lstrip(".")
    try:
        return TableFormat(ending)
    except ValueError:
        known = ", ".join(TableFormat)
        message = f"Cannot tell the format from the name {path.name}: end it in one of {known}."
        raise BadInput(message, path=str(path)) from None


def printable(text: str) -> str:
    """Replace the characters that XML and Excel refuse."""
    return UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _plain(cell: Cell) -> str | int | float | None:
    return cell.isoformat() if isinstance(cell, dt.date) else cell


@lru_cache(maxsize=RECENT)
def _harmless(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would calculate.

    A lone carriage return, which ``csv`` does not quote, would begin a row: it becomes a new line.
    """
    return harmless(text).replace("\r\n", "\n").replace("\r", "\n")


class CsvWriter:
    """Comma separated, UTF-8, a header line first; text that looks like a formula is quoted."""

    encoding = "utf-8"
    errors = "replace"

    def __init__(self, path: Path, columns: Sequence[ExportColumn]) -> None:
        self._file = path.open("w", encoding=self.encoding, errors=self.errors, newline="")
        self._csv = csv.writer(self._file, lineterminator="\n")
        self._csv.writerow([_harmless(column.name) for column in columns])

    def write(self, row: Sequence[Cell]) -> None:
        """Append one row."""
        # Numbers stay numbers, and a date is written as ISO 8601 has it.
        self._csv.writerow([_harmless(cell) if isinstance(cell, str) else cell for cell in row])

    def close(self) -> None:
        """Finish the file."""
        self._file.close()


class JsonWriter:
    """A list of objects, one a line."""

    def __init__(self, path: Path, columns: Sequence[ExportColumn]) -> None:
        self._file = path.open("w", encoding="utf-8", errors="replace", newline="\n")
        self._names = [column.name for column in columns]
        self._before = "[\n"

    def write(self, row: Sequence[Cell]) -> None:
        """Append one object."""
        record = dict(zip(self._names, map(_plain, row), strict=True))
        self._file.write(self._before + json.dumps(record, ensure_ascii=False, allow_nan=False))
        self._before = ",\n"

    def close(self) -> None:
        """Close the list and the file."""
        self._file.write("[]\n" if self._before == "[\n" else "\n]\n")
        self._file.close()


class XmlWriter:
    """One ``<operation>`` a row inside ``<routings>``; empty cells are left out."""

    def __init__(self, path: Path, columns: Sequence[ExportColumn]) -> None:
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._names = [column.name for column in columns]
        self._file.write('<?xml version="1.0" encoding="utf-8"?>\n<routings>\n')

    def write(self, row: Sequence[Cell]) -> None:
        """Append one element."""
        cells = zip(self._names, map(_plain, row), strict=True)
        inside = "".join(self._element(name, cell) for name, cell in cells if cell is not None)
        self._file.write(f"<operation>{inside}</operation>\n")

    def close(self) -> None:
        """Close the root element and the file."""
        self._file.write("</routings>\n")
        self._file.close()

    @staticmethod
    def _element(name: str, cell: str | int | float) -> str:
        text = escape(printable(str(cell)))
        if re.fullmatch(r"[A-Za-z_][\w.-]*", name):
            return f"<{name}>{text}</{name}>"
        return f"<column name={quoteattr(printable(name))}>{text}</column>"


WRITERS: dict[TableFormat, Callable[[Path, Sequence[ExportColumn]], TableWriter]] = {
    TableFormat.CSV: CsvWriter,
    TableFormat.JSON: JsonWriter,
    TableFormat.XML: XmlWriter,
}
