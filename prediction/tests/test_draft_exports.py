"""Approved drafts as files and as rows of the ERP: what was on the screen, checked and audited."""

from __future__ import annotations

import csv
import importlib
import io
import json
import sqlite3
from typing import TYPE_CHECKING, Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from accounts.models import AuditEvent
from prediction.core import staging
from prediction.core.draft_files import FileKind
from prediction.models import Draft, RoutingRule
from prediction.services import draft_exports, drafts, output_profiles
from prediction.tests.test_pages import text_of
from registry.core.errors import RoutingMLError
from registry.models import MappingProfile
from registry.services import mappings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.test import Client
    from rest_framework.test import APIClient

    from accounts.models import User

pytestmark = pytest.mark.usefixtures("answering")
SMALL = {
    "table": "ROUTING_IN",
    "columns": [
        {"name": "ITEM", "field": "ITEM_CD", "required": True},
        {"name": "SEQ", "field": "PROC_SEQ"},
        {"name": "OP", "field": "dbo_BI_ROUTING_VIEW_JOB_CD"},
    ],
}


@pytest.fixture
def approved(draft: Draft, ben: User) -> Draft:
    """Ben's draft, edited and approved."""
    RoutingRule.objects.all().delete()
    saved = drafts.save(draft=draft, steps=draft.to_steps()[1:], revision=1, by=ben)
    return drafts.approve(draft=saved, revision=2, by=ben)


@pytest.fixture
def small(eva: User) -> MappingProfile:
    """A small profile, in use."""
    row = output_profiles.save(name="small", document=SMALL, by=eva)
    mappings.activate_profile(profile=row, by=eva)
    return row


def jobs(one: Draft) -> list[str]:
    return [step.job for step in one.to_steps()]


def test_the_file_has_the_52_columns_and_what_the_planner_approved(
    ben_browser: Client, approved: Draft
) -> None:
    page = text_of(ben_browser.get("/drafts/export/", {"draft": approved.pk}))
    assert "Export 1 routing" in page and "52 columns" in page and approved.item in page
    answer = ben_browser.post("/drafts/export/", {"draft": approved.pk, "format": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows[0]) == 52
    assert [row["dbo_BI_ROUTING_VIEW_JOB_CD"] for row in rows] == jobs(approved)
    assert [row["PROC_SEQ"] for row in rows] == [str(10 * n) for n in range(1, len(rows) + 1)]
    assert float(rows[0]["SETUP_TIME"]) == approved.to_steps()[0].setup_minutes
    event = AuditEvent.objects.get(action="prediction.draft.exported")
    assert event.after is not None and event.after["rows"] == len(rows)
    assert drafts.get(approved.pk).state == "exported"


@pytest.mark.parametrize("kind", list(FileKind))
def test_every_format_holds_the_same_operations(
    kind: FileKind, approved: Draft, small: MappingProfile, ben: User, tmp_path: Path
) -> None:
    table = draft_exports.table_of([approved.pk])
    content = draft_exports.write(table=table, kind=kind, by=ben)
    path = tmp_path / f"a.{kind.suffix}"
    path.write_bytes(content)
    if kind is FileKind.XLSX:
        sheet = openpyxl.load_workbook(path).worksheets[0]
        found = [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)]
    elif kind is FileKind.PARQUET:
        found = pq.read_table(path)["OP"].to_pylist()
    elif kind is FileKind.JSON:
        found = [row["OP"] for row in json.loads(content)]
    else:
        lines = content.decode("cp949" if kind is FileKind.CSV_CP949 else "utf-8-sig")
        found = [job for job in jobs(approved) if job in lines]
    assert found == jobs(approved)


def test_an_open_draft_is_not_exported(ben_browser: Client, draft: Draft) -> None:
    page = ben_browser.get("/drafts/export/", {"draft": draft.pk})
    assert (page.status_code, f"Approve first: {draft.item}" in text_of(page)) == (409, True)
    assert ben_browser.post("/drafts/export/", {"draft": draft.pk}).status_code == 409


@pytest.mark.parametrize("chosen", [{}, {"draft": "x"}, {"draft": "987654"}])
def test_nothing_chosen_is_told(ben_browser: Client, chosen: dict[str, str]) -> None:
    page = ben_browser.get("/drafts/export/", chosen)
    assert "Choose 1 to 500 drafts" in text_of(page)


def test_cells_that_the_erp_would_not_take_stop_everything(
    ben_browser: Client, approved: Draft, eva: User
) -> None:
    columns = [{"name": "ITEM", "field": "ITEM_CD", "max_length": 2}]
    row = output_profiles.save(name="short", document={"columns": columns}, by=eva)
    mappings.activate_profile(profile=row, by=eva)
    page = ben_browser.get("/drafts/export/", {"draft": approved.pk})
    assert "Row 1, ITEM is longer than 2 letters." in text_of(page)
    assert ben_browser.post("/drafts/export/", {"draft": approved.pk}).status_code == 409
    assert drafts.get(approved.pk).state == "approved"


def test_rows_go_into_the_staging_table_once(
    ben_browser: Client, approved: Draft, small: MappingProfile, settings: Any, tmp_path: Path
) -> None:
    path = tmp_path / "erp.sqlite3"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE ROUTING_IN (ITEM, SEQ, OP, PRIMARY KEY (ITEM, SEQ))")
    settings.STAGING_URL = f"sqlite:///{path.as_posix()}"
    chosen = {"draft": approved.pk, "to": "staging"}
    done = ben_browser.post("/drafts/export/", chosen, follow=True)
    assert f"{len(jobs(approved))} rows inserted into ROUTING_IN" in text_of(done)
    found = [row[0] for row in database.execute("SELECT OP FROM ROUTING_IN ORDER BY SEQ")]
    assert found == jobs(approved)
    again = ben_browser.post("/drafts/export/", chosen)
    assert (again.status_code, "has such rows already" in text_of(again)) == (409, True)
    (count,) = database.execute("SELECT count(*) FROM ROUTING_IN").fetchone()
    database.close()
    assert count == len(jobs(approved))


def test_without_a_staging_database_that_is_said(approved: Draft, ben: User) -> None:
    with pytest.raises(RoutingMLError, match="STAGING_URL"):
        draft_exports.insert(table=draft_exports.table_of([approved.pk]), by=ben)


def test_one_output_profile_is_in_use_and_the_input_profile_stays(
    small: MappingProfile, eva: User
) -> None:
    reading = mappings.active_profile()
    other = output_profiles.save(name="other", document=SMALL | {"table": "T2"}, by=eva)
    mappings.activate_profile(profile=other, by=eva)
    assert output_profiles.active().profile.table == "T2"
    assert mappings.active_profile() == reading
    output_profiles.use_built_in(by=eva)
    assert output_profiles.active().name == "routing_7_1"
    assert mappings.active_profile() == reading


def test_eva_writes_a_profile_and_ben_does_not(
    client: Client, ben_browser: Client, eva: User
) -> None:
    sent = {"name": "mes", "document": json.dumps(SMALL)}
    assert ben_browser.post("/output-profiles/", sent).status_code == 403
    client.force_login(eva)
    assert "mes r1" in text_of(client.post("/output-profiles/", sent, follow=True))
    row = MappingProfile.objects.get(name="mes")
    assert (
        "routings are written as mes r1"
        in text_of(client.post("/output-profiles/", {"use": row.pk}, follow=True)).lower()
    )
    assert '"ROUTING_IN"' in client.get("/output-profiles/", {"from": row.pk}).context["document"]
    refused = client.post("/output-profiles/", sent | {"document": "{"})
    assert (refused.status_code, "is no JSON" in text_of(refused)) == (409, True)
    client.post("/output-profiles/", {"use": "routing_7_1"})
    assert output_profiles.active().name == "routing_7_1"


def test_a_program_fetches_an_approved_draft(ben_api: APIClient, approved: Draft) -> None:
    answer = ben_api.post(f"/api/drafts/{approved.pk}/export", {"format": "json"})
    assert [row["dbo_BI_ROUTING_VIEW_JOB_CD"] for row in json.loads(answer.content)] == jobs(
        approved
    )
    wrong = ben_api.post(f"/api/drafts/{approved.pk}/export", {"format": "pdf"})
    assert wrong.status_code == 400


@pytest.fixture
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL of our own, which ends with the test."""
    servers = importlib.import_module("routingml_site.servers")
    try:
        with servers.postgresql() as server:
            yield str(getattr(server, "url", server))
    except servers.ServerMissing as missing:
        pytest.skip(str(missing))


def test_rows_go_into_postgresql_all_or_none(postgresql: str, tmp_path: Path) -> None:
    psycopg = pytest.importorskip("psycopg")
    rows = [("G-1", 10, "TURN"), ("G-1", 20, "INSP")]
    with psycopg.connect(postgresql) as connection:
        connection.execute(
            'CREATE TABLE "ROUTING_IN" ("ITEM" text, "SEQ" int, "OP" text, '
            'PRIMARY KEY ("ITEM", "SEQ"))'
        )
        connection.commit()
        names = ["ITEM", "SEQ", "OP"]
        assert staging.insert(postgresql, "ROUTING_IN", names, rows, base=tmp_path) == 2
        with pytest.raises(staging.DuplicateRows, match="Nothing was written"):
            new = [("G-1", 30, "PACK"), ("G-1", 10, "TURN")]
            staging.insert(postgresql, "ROUTING_IN", names, new, base=tmp_path)
        found = connection.execute('SELECT * FROM "ROUTING_IN" ORDER BY "SEQ"').fetchall()
    assert found == rows
