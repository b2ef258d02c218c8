"""The export in five formats."""

from __future__ import annotations

import csv
import datetime as dt
import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from prediction.core import typed_writers
from prediction.core.export import COLUMNS, Cell, rows
from prediction.core.writers import TableFormat, TooManyRows, format_of, open_writer
from prediction.tests.answers import GLAND
from registry.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMES = [column.name for column in COLUMNS]


def written(
    folder: Path, table_format: TableFormat, table: Sequence[Sequence[Cell]] | None = None
) -> Path:
    """Write the gland's rows and return the file."""
    path = folder / f"out.{table_format}"
    day = dt.date(2026, 11, 21)
    with closing(open_writer(path, COLUMNS, table_format)) as writer:
        for row in rows(GLAND, valid_from=day) if table is None else table:
            writer.write(row)
    return path


def parsed(path: Path) -> ElementTree.Element:
    """Parse what the test has written itself."""
    return ElementTree.parse(path).getroot()  # noqa: S314 -- our own file


def test_csv_is_plain_utf_8_with_nothing_before_the_header(tmp_path: Path) -> None:
    path = written(tmp_path, TableFormat.CSV)
    assert path.read_bytes().startswith(b"ITEM_CD,CANDIDATE_ID,")
    with path.open(encoding="utf-8", newline="") as file:
        records = list(csv.DictReader(file))
    assert len(records) == 5
    assert records[0]["INSIDE_FLAG"] == "사내" and records[0]["VALID_TO_DT"] == "2999-12-31"
    assert records[0]["NC_PROGRAM_WRITER"] == ""


def test_json_is_a_list_of_objects_that_strict_readers_take(tmp_path: Path) -> None:
    records = json.loads(written(tmp_path, TableFormat.JSON).read_text(encoding="utf-8"))
    assert [record["PROC_SEQ"] for record in records] == [10, 20, 30, 10, 20]
    assert list(records[0]) == NAMES
    assert records[0]["JOB_NM"] == "선삭" and records[1]["WAIT_TIME"] is None


def test_xml_has_an_element_a_row_and_leaves_empty_cells_out(tmp_path: Path) -> None:
    root = parsed(written(tmp_path, TableFormat.XML))
    assert len(root) == 5
    assert root[0].findtext("JOB_NM") == "선삭"
    assert root[0].find("NC_PROGRAM") is None


def test_excel_keeps_numbers_and_dates(tmp_path: Path) -> None:
    sheet = load_workbook(written(tmp_path, TableFormat.XLSX)).active
    assert sheet is not None
    table = list(sheet.iter_rows(values_only=True))
    assert list(table[0]) == NAMES and len(table) == 6
    first = dict(zip(NAMES, table[1], strict=True))
    assert first["RUN_TIME"] == 6.0 and first["JOB_NM"] == "선삭"
    assert first["VALID_TO_DT"] == dt.datetime(2999, 12, 31)


def test_parquet_keeps_the_types_of_the_columns(tmp_path: Path) -> None:
    table = pq.read_table(written(tmp_path, TableFormat.PARQUET))
    assert table.num_rows == 5 and table.column_names == NAMES
    assert table.schema.field("RUN_TIME").type == pa.float64()
    assert table.schema.field("PROC_SEQ").type == pa.int64()
    assert table.schema.field("TAX_TYPE").type == pa.string()


def test_parquet_rows_survive_being_written_in_several_groups(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed_writers, "PARQUET_GROUP", 2)
    table = pq.read_table(written(tmp_path, TableFormat.PARQUET))
    assert table["PROC_SEQ"].to_pylist() == [10, 20, 30, 10, 20]


@pytest.mark.parametrize("table_format", TableFormat)
def test_a_table_without_rows_is_still_a_readable_file(
    tmp_path: Path, table_format: TableFormat
) -> None:
    path = written(tmp_path, table_format, [])
    assert path.stat().st_size > 0
    if table_format is TableFormat.JSON:
        assert json.loads(path.read_text()) == []
    if table_format is TableFormat.XML:
        assert len(parsed(path)) == 0
    if table_format is TableFormat.PARQUET:
        assert pq.read_table(path).num_rows == 0


def test_control_characters_do_not_break_excel_or_xml(tmp_path: Path) -> None:
    row = ["A\x00B<&>", *[None] * (len(COLUMNS) - 1)]
    root = parsed(written(tmp_path, TableFormat.XML, [row]))
    assert root[0].findtext("ITEM_CD") == "A\N{REPLACEMENT CHARACTER}B<&>"
    sheet = load_workbook(written(tmp_path, TableFormat.XLSX, [row])).active
    assert sheet is not None and sheet["A2"].value == "A\N{REPLACEMENT CHARACTER}B<&>"


@pytest.mark.parametrize("text", ["=1+1", "#N/A", "+1", "@x", "1e5", "50%", "12:30", "TRUE"])
def test_text_that_looks_like_something_else_stays_text_in_excel(tmp_path: Path, text: str) -> None:
    row = [text, *[None] * (len(COLUMNS) - 1)]
    sheet = load_workbook(written(tmp_path, TableFormat.XLSX, [row])).active
    assert sheet is not None and sheet["A2"].data_type == "s" and sheet["A2"].value == text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-A", "@x", "\t=1", "\r=1"])
def test_text_that_looks_like_a_formula_stays_text_in_a_spreadsheet_that_opens_the_csv(
    tmp_path: Path, text: str
) -> None:
    row = [text, -1.5, *[None] * (len(COLUMNS) - 2)]
    with written(tmp_path, TableFormat.CSV, [row]).open(encoding="utf-8", newline="") as file:
        _head, cells = csv.reader(file)
    assert cells[:2] == ["'" + text.replace("\r", "\n"), "-1.5"]


def test_more_rows_than_an_excel_sheet_holds_are_refused_with_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typed_writers, "EXCEL_ROWS", 3)
    with pytest.raises(TooManyRows, match="choose csv or parquet"):
        written(tmp_path, TableFormat.XLSX)


def test_the_ending_of_a_file_names_its_format() -> None:
    assert format_of(Path("a/b/out.XLSX")) is TableFormat.XLSX
    with pytest.raises(BadInput, match="csv, json, xml, xlsx, parquet"):
        format_of(Path("out.txt"))
