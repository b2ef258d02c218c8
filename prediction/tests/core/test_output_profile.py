"""Output profiles: names, constants and formats of an ERP, and cells that it would not take."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from prediction.core import staging
from prediction.core.draft_files import FileKind, NotInCharset, open_file
from prediction.core.export import BUILT_IN, COLUMNS, Line
from prediction.core.export import rows as export_rows
from prediction.core.kept_rows import KeptRows
from prediction.core.output_profile import (
    BadOutputProfile,
    CellFault,
    OutputProfile,
    built_in,
    check,
    profile_from_json,
)
from prediction.core.typed_writers import ParquetWriter
from prediction.tests.answers import GLAND, PLATING, TURNING, WITH_PLATING

if TYPE_CHECKING:
    from pathlib import Path

    from prediction.core.export import Cell

DAY = dt.date(2026, 11, 21)
SMALL: dict[str, Any] = {
    "table": "erp.ROUTING_IN",
    "columns": [
        {"name": "PLANT", "constant": "K1"},
        {"name": "품목", "field": "ITEM_CD", "required": True, "max_length": 10},
        {"name": "SEQ", "field": "PROC_SEQ", "min": 10, "max": 15},
        {"name": "HOURS", "field": "MACH_WORKED_HOURS", "format": "2"},
        {"name": "FROM", "field": "VALID_FROM_DT", "format": "YYYYMMDD"},
        {"name": "VENDOR", "field": "BP_CD"},
    ],
}


def rows(profile: OutputProfile) -> list[tuple[Cell, ...]]:
    return [
        profile.row(Line(GLAND, WITH_PLATING, operation, place, DAY))
        for place, operation in enumerate((TURNING, PLATING), start=1)
    ]


def test_the_built_in_profile_is_the_52_column_layout() -> None:
    profile = profile_from_json(built_in())
    assert [column.name for column in profile.export_columns] == [each.name for each in BUILT_IN]
    assert check(profile, rows(profile)) == []


def test_columns_are_named_ordered_formatted_and_joined_by_constants() -> None:
    assert rows(profile_from_json(SMALL)) == [
        ("K1", "G-999", 10, 0.1, "20261121", None),
        ("K1", "G-999", 20, 0.07, "20261121", "V-77"),
    ]


@pytest.mark.parametrize("document", [SMALL, built_in()])
def test_answers_kept_by_a_batch_are_written_as_if_they_were_written_at_once(
    document: dict[str, Any], tmp_path: Path
) -> None:
    profile, path = profile_from_json(document), tmp_path / "kept.parquet"
    unsure = replace(GLAND, item="G-998", abstained=True)
    with closing(ParquetWriter(path, COLUMNS)) as writer:
        for answer in (unsure, GLAND):
            for row in export_rows(answer, valid_from=DAY):
                writer.write(row)
    kept = KeptRows(path, profile)
    assert list(kept) == [
        profile.row(Line(GLAND, WITH_PLATING, operation, place, DAY))
        for place, operation in enumerate(WITH_PLATING.operations, start=1)
    ]
    assert (len(kept), kept.items) == (3, ("G-999",))
    assert check(profile.limited, KeptRows(path, profile.limited)) == check(profile, kept)


def test_a_check_finds_what_the_erp_would_not_take() -> None:
    columns = [*SMALL["columns"]]
    columns[1] = columns[1] | {"max_length": 3}
    columns[5] = columns[5] | {"required": True}
    profile = profile_from_json({"columns": columns})
    assert [(each.row, each.column, each.fault) for each in check(profile, rows(profile))] == [
        (1, "품목", CellFault.TOO_LONG),
        (1, "VENDOR", CellFault.MISSING),
        (2, "품목", CellFault.TOO_LONG),
        (2, "SEQ", CellFault.TOO_HIGH),
    ]


def test_a_number_is_asked_for_where_there_is_a_range() -> None:
    profile = profile_from_json({"columns": [{"name": "X", "field": "JOB_NM", "min": 1}]})
    assert check(profile, rows(profile))[0].fault is CellFault.WRONG_TYPE


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, "needs columns"),
        ({"columns": []}, "needs columns"),
        ({"columns": [7]}, "column 1: is not an object"),
        ({"columns": [{"name": "A"}]}, "either a field or a constant"),
        ({"columns": [{"name": "A", "field": "COLOUR"}]}, "no field 'COLOUR'"),
        ({"columns": [{"field": "ITEM_CD"}]}, "needs a name"),
        ({"columns": [{"name": "A", "constant": []}]}, "text or a number"),
        ({"columns": [{"name": "A", "constant": 1}, {"name": "a", "constant": 2}]}, "used 2"),
        ({"columns": [{"name": "A", "field": "ITEM_CD", "format": "2"}]}, "has no format"),
        ({"columns": [{"name": "A", "field": "SETUP_TIME", "format": "9"}]}, "must be one of 0"),
        ({"columns": [{"name": "A", "field": "ITEM_CD", "max": "9"}]}, "max must be a number"),
        ({"columns": [{"name": "A", "constant": 1}], "table": "x; DROP"}, "no plain name"),
        ({"columns": [{"name": "A", "constant": 1}], "where": 1}, "has no 'where'"),
    ],
)
def test_a_bad_profile_is_refused_with_its_reason(given: Any, told: str) -> None:
    with pytest.raises(BadOutputProfile, match=told):
        profile_from_json(given)


def written(path: Path, kind: FileKind, cells: list[tuple[Cell, ...]]) -> bytes:
    profile = profile_from_json(SMALL)
    writer = open_file(path, profile.export_columns, kind, profile.table)
    try:
        for row in cells:
            writer.write(row)
    finally:
        writer.close()
    return path.read_bytes()


ROW: tuple[Cell, ...] = ("=K1", "밸브 O'Ring", 10, 0.5, None, "V")


def test_csv_tells_excel_its_letters_and_escapes_formulas(tmp_path: Path) -> None:
    content = written(tmp_path / "a.csv", FileKind.CSV, [ROW])
    assert content.startswith(b"\xef\xbb\xbf")
    (row,) = csv.DictReader(content.decode("utf-8-sig").splitlines())
    assert (row["PLANT"], row["품목"], row["FROM"]) == ("'=K1", "밸브 O'Ring", "")


def test_cp949_is_written_whole_or_refused(tmp_path: Path) -> None:
    assert "밸브" in written(tmp_path / "a.csv", FileKind.CSV_CP949, [ROW]).decode("cp949")
    with pytest.raises(NotInCharset, match="CP949 has no letter"):
        written(tmp_path / "a.csv", FileKind.CSV_CP949, [("é", "x", 1, 1.0, "", "")])


def test_sql_is_a_script_that_a_database_runs(tmp_path: Path) -> None:
    script = written(tmp_path / "a.sql", FileKind.SQL, [ROW, ROW]).decode()
    assert script.startswith('INSERT INTO "erp"."ROUTING_IN" ("PLANT", "품목", "SEQ"')
    with sqlite3.connect(":memory:") as database:
        database.execute("ATTACH ':memory:' AS erp")
        database.execute('CREATE TABLE erp.ROUTING_IN (PLANT, "품목", SEQ, HOURS, "FROM", VENDOR)')
        database.executescript(script)
        found = database.execute("SELECT * FROM erp.ROUTING_IN").fetchall()
    database.close()
    assert found == [ROW, ROW]


def test_json_keeps_types(tmp_path: Path) -> None:
    (row,) = json.loads(written(tmp_path / "a.json", FileKind.JSON, [ROW]))
    assert (row["PLANT"], row["SEQ"], row["FROM"]) == ("=K1", 10, None)


@pytest.fixture
def staging_file(tmp_path: Path) -> Path:
    path = tmp_path / "erp.sqlite3"
    with sqlite3.connect(path) as database:
        database.execute(
            'CREATE TABLE ROUTING_IN ("품목" TEXT, SEQ INT, PRIMARY KEY ("품목", SEQ))'
        )
    database.close()
    return path


def stored(path: Path) -> list[tuple[Any, ...]]:
    database = sqlite3.connect(path)
    found = database.execute("SELECT * FROM ROUTING_IN ORDER BY SEQ").fetchall()
    database.close()
    return found


def insert(path: Path, cells: list[tuple[Cell, ...]], table: str = "ROUTING_IN") -> int:
    url = f"sqlite:///{path.as_posix()}"
    return staging.insert(url, table, ["품목", "SEQ"], cells, base=path.parent)


def test_rows_are_inserted_all_or_none(staging_file: Path) -> None:
    assert insert(staging_file, [("G-1", 10), ("G-1", 20)]) == 2
    with pytest.raises(staging.DuplicateRows, match="Nothing was written"):
        insert(staging_file, [("G-1", 30), ("G-1", 20)])
    assert stored(staging_file) == [("G-1", 10), ("G-1", 20)]


def test_another_refusal_is_told_as_it_is(staging_file: Path) -> None:
    with pytest.raises(staging.StagingRefused, match="no such table") as refused:
        insert(staging_file, [("G-1", 10)], "NOWHERE")
    assert not isinstance(refused.value, staging.DuplicateRows)


@pytest.mark.parametrize("url", ["", "ftp://x/y", "sqlite:///nowhere.sqlite3"])
def test_a_staging_database_that_is_not_there_is_told(url: str, tmp_path: Path) -> None:
    with pytest.raises(staging.StagingUnreachable):
        staging.insert(url, "T", ["A"], [("x",)], base=tmp_path)
    assert list(tmp_path.iterdir()) == []
