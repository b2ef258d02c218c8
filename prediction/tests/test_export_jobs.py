"""Batches of many rows go out in the background: a file, or rows of the ERP's staging table."""

from __future__ import annotations

import csv
import io
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import AuditEvent
from prediction.services import batch_jobs, export_jobs, output_profiles
from prediction.tests.test_batches import API, body_of, work
from prediction.tests.test_draft_exports import SMALL
from prediction.tests.test_pages import text_of
from registry.models import Job
from registry.services import jobs

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from rest_framework.test import APIClient

    from accounts.models import User
    from registry.core.model import RoutingModel

pytestmark = pytest.mark.usefixtures("answering")
PAGE = "/drafts/export/"


@pytest.fixture
def batch(ben_api: APIClient, tiny_model: RoutingModel, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A batch of Ben's that has ended, and has more rows than a request writes."""
    monkeypatch.setattr(export_jobs, "AT_ONCE", 5)
    told = ben_api.post(API, {"item_codes": list(tiny_model.item_codes[:5])})
    return work(Job.objects.get(pk=told.data["job_id"]))


def newest() -> Job:
    return Job.objects.of("export_batch").latest("pk")


def test_ben_has_a_long_batch_written_and_fetches_the_file(ben_browser: Client, batch: Job) -> None:
    chosen = {"batch": batch.pk}
    assert "Write the file" in text_of(ben_browser.get(PAGE, chosen))
    waiting = ben_browser.post(PAGE, chosen | {"format": "csv"}, follow=True)
    assert "You may leave this page" in text_of(waiting)
    address = waiting.request["PATH_INFO"]
    assert ben_browser.get(f"{address}file/").status_code == 503
    done = work(newest())
    page = text_of(ben_browser.get(address))
    assert f"Rows {done.result['rows']}" in page and "Written as routing_7_1" in page
    content = body_of(ben_browser.get(f"{address}file/")).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert (len(rows), len(rows[0])) == (done.result["rows"], 52)
    event = AuditEvent.objects.get(action="prediction.draft.exported")
    assert event.actor == "ben@plant.example"
    assert event.after is not None and event.after["rows"] == len(rows)
    assert "CSV, routing_7_1" in text_of(ben_browser.get(f"/predict/batches/{batch.pk}/"))


def test_the_profile_that_was_chosen_is_the_one_that_writes(
    ben_browser: Client, batch: Job, eva: User
) -> None:
    row = output_profiles.save(name="small", document=SMALL, by=eva)
    ben_browser.post(PAGE, {"batch": batch.pk, "profile": row.pk, "format": "sql"})
    done = work(newest())
    assert done.result["profile"] == "small r1"
    assert 'INSERT INTO "ROUTING_IN"' in export_jobs.file_of(done).read_text()


def test_a_program_is_answered_with_a_job(ben_api: APIClient, batch: Job) -> None:
    told = ben_api.post(f"{API}/{batch.pk}/export", {"format": "json"})
    assert (told.status_code, told.data["status"]) == (202, "queued")
    address = f"/api/predict/exports/{told.data['job_id']}"
    early = ben_api.get(f"{address}/file")
    assert (early.status_code, early.data["error"]["code"]) == (404, "no_result")
    done = work(newest())
    assert ben_api.get(address).data["result"]["rows"] == done.result["rows"]
    assert body_of(ben_api.get(f"{address}/file")).startswith(b"[")


def test_a_file_that_cannot_be_written_says_why_and_leaves_nothing(
    ben_browser: Client, batch: Job, eva: User
) -> None:
    columns = [{"name": "A", "constant": "\N{SNOWMAN}"}]
    row = output_profiles.save(name="odd", document={"columns": columns}, by=eva)
    ben_browser.post(PAGE, {"batch": batch.pk, "profile": row.pk, "format": "csv-cp949"})
    failed = work(newest())
    page = text_of(ben_browser.get(f"/predict/exports/{failed.pk}/"))
    assert "Nothing was exported" in page and "CP949 has no letter" in page
    assert not list(batch_jobs.folder_of(batch).glob("*export*"))


def test_cells_that_the_erp_would_not_take_are_told_at_once(
    ben_browser: Client, ben_api: APIClient, batch: Job, eva: User
) -> None:
    columns = [{"name": "ITEM", "field": "ITEM_CD", "max_length": 1}]
    row = output_profiles.save(name="short", document={"columns": columns}, by=eva)
    chosen = {"batch": batch.pk, "profile": row.pk, "format": "csv"}
    assert "is longer than 1 letters" in text_of(ben_browser.post(PAGE, chosen))
    told = ben_api.post(f"{API}/{batch.pk}/export", {"format": "csv", "profile": str(row.pk)})
    assert told.data["error"]["code"] == "not_writable"
    assert not Job.objects.of("export_batch").exists()


def test_rows_go_into_the_staging_table_all_or_none(
    ben_browser: Client, batch: Job, eva: User, settings: Any, tmp_path: Path
) -> None:
    row = output_profiles.save(name="small", document=SMALL, by=eva)
    chosen = {"batch": batch.pk, "profile": row.pk, "to": "staging"}
    assert "STAGING_URL" in text_of(ben_browser.post(PAGE, chosen))
    path = tmp_path / "erp.sqlite3"
    settings.STAGING_URL = f"sqlite:///{path.as_posix()}"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE ROUTING_IN (ITEM, SEQ, OP, PRIMARY KEY (ITEM, SEQ))")
    ended = []
    for says in ("rows inserted into ROUTING_IN", "has such rows already"):
        address = ben_browser.post(PAGE, chosen).headers["Location"]
        ended.append(work(newest()))
        assert says in text_of(ben_browser.get(address))
    (count,) = database.execute("SELECT count(*) FROM ROUTING_IN").fetchone()
    database.close()
    assert count == ended[0].result["rows"]


def test_an_export_is_stopped_by_who_asked_for_it(
    ben_browser: Client, ben_api: APIClient, batch: Job
) -> None:
    address = ben_browser.post(PAGE, {"batch": batch.pk}).headers["Location"]
    assert "Stop the export" in text_of(ben_browser.get(address))
    assert "cancelled" in text_of(ben_browser.post(f"{address}cancel/", follow=True)).lower()
    told = ben_api.post(f"{API}/{batch.pk}/export", {"format": "json"})
    running = jobs.claim(told.data["job_id"])
    assert running is not None
    assert ben_api.delete(f"/api/predict/exports/{running.pk}").status_code == 200
    assert ben_browser.get("/predict/exports/987654/").status_code == 404
