"""Reading an ERP: read-only, patient, never a row twice, and errors that say what to do."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from registry.core import erp_sql
from registry.core.checking import check_tables
from registry.core.erp import (
    ConnectionLost,
    ErpColumnMissing,
    ErpUnreachable,
    ErpViewMissing,
    ResilientReader,
    Rows,
    Timeouts,
    portions,
    without_secrets,
)
from registry.core.erp_urls import open_reader
from registry.core.progress import Silent
from registry.core.reading import first_rows, read_tables
from registry.tests.core import plants

VIEW = "BI_ROUTING_VIEW"


@pytest.fixture
def erp_file(tmp_path: Path) -> Path:
    """An ERP of one view with a thousand rows, ten of them alike."""
    path = tmp_path / "the erp.sqlite3"
    db = sqlite3.connect(path)
    db.execute(f'CREATE TABLE {VIEW} (ITEM_CD TEXT, "PROC ""SEQ" INTEGER)')
    rows = [(f"I{n // 10}", 1 if n < 10 else n) for n in range(1000)]
    db.executemany(f"INSERT INTO {VIEW} VALUES (?, ?)", rows)  # noqa: S608 -- a constant
    db.commit()
    db.close()
    return path


@pytest.fixture
def reader(erp_file: Path) -> Iterator[ResilientReader]:
    """A reader of that ERP."""
    with open_reader(f"sqlite:///{erp_file.name}", base=erp_file.parent) as opened:
        yield opened


class Flaky:
    """Loses its connection at the given chunks, and answers in another order each time."""

    label = "a shaky ERP"

    found_at_once = 2

    def __init__(self, rows: Rows, lost_before: Sequence[int]) -> None:
        self.all_rows = rows
        self.lost_before = list(lost_before)
        self.closed = 0

    def columns(self, view: str) -> list[str]:
        return ["A", "B"]

    def count(self, view: str) -> int:
        self._maybe_lose(0)
        return len(self.all_rows)

    def rows(self, view: str, columns: Sequence[str], chunk_rows: int) -> Iterator[Rows]:
        turned = self.all_rows[self.closed :] + self.all_rows[: self.closed]
        for number, start in enumerate(range(0, len(turned), chunk_rows)):
            self._maybe_lose(number)
            yield turned[start : start + chunk_rows]

    def matching(self, view: str, columns: Sequence[str], key: str, values: Sequence[str]) -> Rows:
        self._maybe_lose(0)
        return [row for row in self.all_rows if row[0] in values]

    def close(self) -> None:
        self.closed += 1

    def _maybe_lose(self, number: int) -> None:
        if self.lost_before and self.lost_before[0] == number:
            self.lost_before.pop(0)
            raise ConnectionLost("the line went dead")


def test_an_erp_is_counted_and_read_in_chunks(reader: ResilientReader) -> None:
    frames = list(reader.read(VIEW, ["ITEM_CD", 'PROC "SEQ'], chunk_rows=300))
    assert [len(frame) for frame in frames] == [300, 300, 300, 100]
    assert reader.count(VIEW) == 1000
    assert reader.columns(VIEW) == ["ITEM_CD", 'PROC "SEQ']


def test_rows_are_found_by_their_key_however_many_are_wanted(reader: ResilientReader) -> None:
    wanted = [f"I{n}" for n in range(50, 90)] + [f"X{n}' OR 1=1 --" for n in range(1200)]
    found = reader.find(VIEW, ['PROC "SEQ'], "item_cd", wanted)
    assert sorted(found['PROC "SEQ']) == list(range(500, 900))
    assert reader.find(VIEW, ["ITEM_CD"], "ITEM_CD", []).empty


@pytest.mark.parametrize(
    ("values", "most", "asked"),
    [
        ([], 3, []),
        (["b", "a", "b"], 3, [["a", "b"]]),
        (["a", "b", "c"], 2, [["a", "b"], ["c"]]),
        (["a", "b", "B", " b"], 2, [["a"], [" b", "B", "b"]]),
    ],
)
def test_values_that_a_server_may_take_for_equal_are_asked_for_together(
    values: list[str], most: int, asked: list[list[str]]
) -> None:
    assert [sorted(portion) for portion in portions(values, most)] == asked


def test_rows_found_through_a_shaky_line_come_once() -> None:
    rows: Rows = [(name, number) for number, name in enumerate("abcde")]
    shaky = Flaky(rows, [0, 0])
    reader = ResilientReader(shaky, sleep=lambda _: None)
    found = reader.find("V", ["A", "B"], "A", ["a", "b", "d", "e", "z"])
    assert sorted(found["A"]) == ["a", "b", "d", "e"]
    assert shaky.closed == 2  # let go of after each loss, before the next try


def test_a_key_that_the_view_does_not_have_is_named(reader: ResilientReader) -> None:
    with pytest.raises(ErpColumnMissing, match="no column NAME"):
        reader.find(VIEW, ["ITEM_CD"], "NAME", ["A"])


def test_columns_keep_the_names_they_were_asked_by(reader: ResilientReader) -> None:
    frame = next(reader.read(VIEW, ["item_cd"]))
    assert list(frame.columns) == ["item_cd"]


def test_a_missing_view_is_named_with_the_place_to_correct_it(reader: ResilientReader) -> None:
    with pytest.raises(ErpViewMissing, match=r"no table or view NOWHERE.*mapping profile"):
        reader.count("NOWHERE")


def test_a_missing_column_is_named_with_those_there_are(reader: ResilientReader) -> None:
    with pytest.raises(ErpColumnMissing, match="no column JOB_CD; it has ITEM_CD"):
        next(reader.read(VIEW, ["ITEM_CD", "JOB_CD"]))


def test_a_view_s_name_is_never_taken_for_sql(reader: ResilientReader) -> None:
    with pytest.raises(ErpViewMissing):
        reader.count(f'{VIEW}"; DROP TABLE {VIEW}; --')
    assert reader.count(VIEW) == 1000


def test_the_erp_s_own_file_can_not_be_written_through_the_reader(erp_file: Path) -> None:
    connection = erp_sql.sqlite(erp_file, Timeouts()).connect()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute(f"DELETE FROM {VIEW}")  # noqa: S608 -- a constant
    connection.close()


def test_a_locked_erp_is_asked_three_times_with_growing_pauses(erp_file: Path) -> None:
    pauses: list[float] = []
    holder = sqlite3.connect(erp_file, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    url, quick = f"sqlite:///{erp_file}", Timeouts(connect=0)
    with open_reader(url, base=Path(), timeouts=quick, sleep=pauses.append) as reader:
        with pytest.raises(ErpUnreachable, match=r"after 3 tries: database is locked\. Check"):
            reader.count(VIEW)
        holder.execute("ROLLBACK")
        assert reader.count(VIEW) == 1000
    holder.close()
    assert pauses == [1.0, 5.0]


@pytest.mark.parametrize("lost_before", [[2], [0, 0], [1, 1, 1, 1, 1], [3, 2]])
def test_a_reading_goes_on_after_a_lost_connection_without_a_row_twice(
    lost_before: list[int],
) -> None:
    rows: Rows = [(n // 3, "same") for n in range(30)]
    reader = ResilientReader(Flaky(rows, lost_before), sleep=lambda _: None)
    frames = list(reader.read("V", ["A", "B"], chunk_rows=7))
    assert sorted(pd.concat(frames)["A"]) == [row[0] for row in rows]


def test_a_reading_that_never_gets_a_row_gives_up() -> None:
    reader = ResilientReader(Flaky([(1, "x")], [0, 0, 0]), sleep=lambda _: None)
    with pytest.raises(ErpUnreachable, match="after 3 tries: the line went dead"):
        list(reader.read("V", ["A"]))


# Where the ERP is --------------------------------------------------------------------------------


def test_a_file_that_is_not_there_yet_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(ErpUnreachable, match=r"does not exist yet: fill it with load_erp DIR"):
        open_reader("sqlite:///none.sqlite3", base=tmp_path).count(VIEW)


def test_a_file_that_is_no_database_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database " * 100)
    with pytest.raises(ErpUnreachable, match="not a database"):
        open_reader("sqlite:///notes.txt", base=tmp_path).count(VIEW)


@pytest.mark.parametrize("url", ["mysql://h/db", "nonsense", "", "sqlite:erp", "mssql://host"])
def test_an_erp_url_of_unknown_form_is_answered_with_the_known_ones(url: str) -> None:
    with pytest.raises(ErpUnreachable, match="known forms: sqlite:///path, postgresql://"):
        open_reader(url, base=Path())


def test_a_postgresql_that_does_not_answer_is_reported_without_the_password() -> None:
    pytest.importorskip("psycopg")
    url = "postgresql://reader:s3cr%2Ft@127.0.0.1:1/erp"
    reader = open_reader(url, base=Path(), timeouts=Timeouts(connect=2), sleep=lambda _: None)
    with pytest.raises(ErpUnreachable, match=r"PostgreSQL 127\.0\.0\.1/erp") as failure:
        reader.count(VIEW)
    assert "s3cr" not in failure.value.message


@pytest.mark.parametrize(
    "text", ["PWD=hunter2;x=1", "password = {hun}}ter2};x", "login hunter2 failed"]
)
def test_passwords_are_blotted_out_of_a_driver_s_words(text: str) -> None:
    shown = without_secrets(text, ["hunter2"])
    assert "***" in shown
    assert "ter2" not in shown


class FakeOdbc:
    """Stands for an ODBC driver: notes what it is asked, fails as it is told."""

    Error = RuntimeError

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.options: dict[str, Any] = {}
        self.timeout = 0
        self.failure: Exception | None = None
        self.description = [("ITEM_CD",)]

    def connect(self, text: str, **options: Any) -> FakeOdbc:
        self.options = {"text": text, **options}
        return self

    def cursor(self) -> FakeOdbc:
        return self

    def execute(self, statement: str) -> None:
        self.asked.append(statement)
        if self.failure:
            raise self.failure

    def fetchone(self) -> tuple[int]:
        return (3,)

    def close(self) -> None:
        """Nothing to let go of."""


@pytest.fixture
def odbc(monkeypatch: pytest.MonkeyPatch) -> FakeOdbc:
    driver = FakeOdbc()
    monkeypatch.setitem(__import__("sys").modules, "pyodbc", driver)
    return driver


def sql_server(sleep: Callable[[float], None] = lambda _: None) -> ResilientReader:
    url = "mssql://sa:p%40ss;}@erp:1433/PLANT?TrustServerCertificate=yes"
    return open_reader(url, base=Path(), sleep=sleep)


def test_sql_server_is_asked_read_only_with_timeouts_and_quoted_names(odbc: FakeOdbc) -> None:
    assert sql_server().count("dbo.BI]X") == 3
    assert odbc.asked == ["SELECT COUNT(*) FROM [dbo].[BI]]X]"]
    assert odbc.options["readonly"] is True
    assert (odbc.options["timeout"], odbc.timeout) == (30, 600)
    assert odbc.options["text"] == (
        "DRIVER={ODBC Driver 18 for SQL Server};SERVER=erp,1433;DATABASE=PLANT;"
        "ApplicationIntent=ReadOnly;UID=sa;PWD={p@ss;}}};TrustServerCertificate=yes"
    )


@pytest.mark.parametrize(
    ("state", "said", "wanted"),
    [
        ("42S02", "Invalid object name", ErpViewMissing),
        ("42000", "The SELECT permission was denied on the object", ErpViewMissing),
        ("28000", "Login failed for user 'sa', password p@ss;}", ErpUnreachable),
        ("IM002", "Data source name not found", ErpUnreachable),
    ],
)
def test_what_waiting_can_not_mend_is_not_tried_again(
    odbc: FakeOdbc, state: str, said: str, wanted: type[Exception]
) -> None:
    pauses: list[float] = []
    odbc.failure = RuntimeError(state, said)
    with pytest.raises(wanted) as failure:
        sql_server(pauses.append).count(VIEW)
    assert pauses == []
    assert "p@ss" not in str(failure.value)


def test_a_broken_link_is_tried_again(odbc: FakeOdbc) -> None:
    pauses: list[float] = []
    odbc.failure = RuntimeError("08S01", "Communication link failure")
    with pytest.raises(ErpUnreachable, match="Communication link failure"):
        sql_server(pauses.append).count(VIEW)
    assert len(pauses) == 2


def test_any_odbc_source_may_be_named_by_its_connection_string(odbc: FakeOdbc) -> None:
    with open_reader("odbc:DSN=plant;UID=me;PWD={a;b}", base=Path()) as reader:
        assert reader.count("T") == 3
        assert reader.label == "ODBC source DSN=plant;UID=me;PWD=***"
    assert odbc.options["text"] == "DSN=plant;UID=me;PWD={a;b}"


# MS Access through mdbtools ----------------------------------------------------------------------

MDB_TOOLS = {
    "mdb-tables": "printf 'ITEMS\\nITEMS 2\\n'",
    "mdb-count": "echo 2",
    "mdb-export": 'printf \'ITEM_CD,NM\\n00123,"a""b\nc"\\n7,\\n\'',
}


@pytest.fixture
def access(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ResilientReader:
    """A reader of an Access file, with programs in mdbtools' place that print as they do."""
    for name, action in MDB_TOOLS.items():
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{action}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr("platform.system", lambda: "Linux")
    (tmp_path / "plant.accdb").write_bytes(b"Standard ACE DB")
    return open_reader("access:///plant.accdb", base=tmp_path)


def test_an_access_file_is_read_as_text_with_blanks_missing(access: ResilientReader) -> None:
    assert (access.count("ITEMS"), access.columns("ITEMS")) == (2, ["ITEM_CD", "NM"])
    frame = pd.concat(access.read("ITEMS", ["NM", "ITEM_CD"], chunk_rows=1))
    assert frame["ITEM_CD"].tolist() == ["00123", "7"]
    assert frame["NM"].tolist()[0] == 'a"b\nc'
    assert frame["NM"].isna().tolist() == [False, True]


def test_an_access_table_that_is_not_there_is_answered_with_those_there_are(
    access: ResilientReader,
) -> None:
    with pytest.raises(ErpViewMissing, match="no table NOPE; it has ITEMS, ITEMS 2"):
        access.count("NOPE")


def test_without_mdbtools_the_message_says_what_to_install(
    access: ResilientReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ErpUnreachable, match="install mdbtools"):
        access.count("ITEMS")


# The three tables --------------------------------------------------------------------------------


def seal_plant(folder: Path, *tables: str) -> ResilientReader:
    """Return a reader of a SQLite ERP with some of the seal plant's views."""
    db = sqlite3.connect(folder / "erp.sqlite3")
    frames = {"items": plants.items(), "routings": plants.routings(), "results": plants.results()}
    for name in tables or frames:
        view = plants.columns().table(name).view  # type: ignore[arg-type]  # one of the three tables
        frames[name].to_sql(view, db, index=False)
    db.close()
    return open_reader("sqlite:///erp.sqlite3", base=folder)


def test_an_erp_is_read_into_the_three_tables_with_a_report(tmp_path: Path) -> None:
    with seal_plant(tmp_path) as reader:
        tables, report = read_tables(columns=plants.columns(), reader=reader, progress=Silent())
    assert tables.items["ITEM_CD"].tolist() == ["00123", "00124"]
    assert tables.routings["OUTSOURCED"].tolist() == [False, True]
    assert tables.results["RUN_MINUTES"].tolist()[0] == 3.0
    assert {name: one.rows for name, one in report.items()} == {
        "items": 2, "routings": 2, "results": 2,
    }  # fmt: skip
    assert "WAIT_TIME" in report["routings"].missing
    assert report["results"].ignored == ("WORKER_ID",)


def test_a_plant_without_work_results_is_read_all_the_same(tmp_path: Path) -> None:
    with seal_plant(tmp_path, "items", "routings") as reader:
        tables, report = read_tables(columns=plants.columns(), reader=reader, progress=Silent())
    assert tables.results.empty
    assert report["results"].absent
    assert len(tables.routings) == 2


def test_a_plant_without_routings_is_refused(tmp_path: Path) -> None:
    with seal_plant(tmp_path, "items", "results") as reader, pytest.raises(ErpViewMissing):
        read_tables(columns=plants.columns(), reader=reader, progress=Silent())


def test_a_view_without_a_mandatory_column_is_refused_before_it_is_read(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "erp.sqlite3")
    plants.items().rename(columns={"ITEM_CD": "CODE"}).to_sql("BI_ITEM_INFO_VIEW", db, index=False)
    db.close()
    reader = open_reader("sqlite:///erp.sqlite3", base=tmp_path)
    with reader, pytest.raises(ErpColumnMissing, match="lacks ITEM_CD, which the mapping profile"):
        read_tables(columns=plants.columns(), reader=reader, progress=Silent())


def test_a_check_names_what_is_mapped_missing_and_ignored(tmp_path: Path) -> None:
    with seal_plant(tmp_path, "items", "results") as reader:
        checks = check_tables(columns=plants.columns(), reader=reader)
    assert (checks["routings"].rows, checks["routings"].usable) == (None, False)
    assert (checks["results"].rows, checks["results"].usable) == (2, True)
    assert checks["results"].missing == ("RES_CD",)
    assert checks["results"].ignored == ("WORKER_ID",)


def test_a_preview_shows_the_first_rows_as_they_would_be_mapped(tmp_path: Path) -> None:
    with seal_plant(tmp_path) as reader:
        shown = first_rows(columns=plants.columns(), reader=reader, rows=1)
    assert shown["routings"].frame["RUN_MINUTES"].tolist() == [2.5]


def test_what_database_drivers_return_is_read_like_text() -> None:
    frame = plants.routings(
        SETUP_TIME=[Decimal("30.5"), None],
        PROC_SEQ=[Decimal(10), Decimal(20)],
        INSRT_DT=[dt.datetime(2020, 3, 1, 8), dt.datetime(2020, 3, 1)],
    )
    mapped = plants.columns().apply("routings", frame)
    assert mapped.frame["SETUP_MINUTES"].tolist()[0] == 30.5
    assert mapped.frame["PROC_SEQ"].tolist() == [10, 20]
    assert mapped.rejected.empty
