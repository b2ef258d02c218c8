"""Long lists and files: asked at once, worked on as a job, fetched as a file."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import zipfile
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEvent
from prediction.models import Channel, PredictionRequest
from prediction.services import batch_jobs, output_profiles
from prediction.tests.test_pages import text_of
from registry import tasks
from registry.models import Job, JobState
from registry.services import jobs

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from rest_framework.test import APIClient

    from accounts.models import User
    from registry.core.model import RoutingModel
    from routingml_site.plant import Plant

pytestmark = pytest.mark.usefixtures("answering")
API = "/api/predict/batch"


def work(job: Job) -> Job:
    """Do what a worker does with a waiting job."""
    claimed = jobs.claim(job.pk)
    assert claimed is not None
    tasks.execute(claimed)
    claimed.refresh_from_db()
    return claimed


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def sheet_of(plant: Plant, rows: int) -> SimpleUploadedFile:
    stream = io.BytesIO()
    plant.new_items.head(rows).to_excel(stream, index=False)
    return SimpleUploadedFile("new items.xlsx", stream.getvalue())


def csv_of(text: str, name: str = "items.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def test_old_folders_go_also_when_another_process_removes_them_at_the_same_time(
    data_dir: Path,
) -> None:
    home = data_dir / "batches"
    (home / "old").mkdir(parents=True)
    os.utime(home / "old", (0, 0))
    (home / "gone").symlink_to(home / "nowhere")  # listed, and not there when looked at
    folder = batch_jobs._new_folder()
    assert folder.is_dir()
    assert not (home / "old").exists()


def test_ben_sends_a_file_watches_it_and_fetches_the_routings(
    ben_browser: Client, tiny_plant: Plant
) -> None:
    form = {"way": "file", "file": sheet_of(tiny_plant, 7), "format": "xlsx"}
    waiting = ben_browser.post("/predict/", form, follow=True)
    assert "Waits for a worker" in text_of(waiting) and "new items.xlsx" in text_of(waiting)
    done = work(Job.objects.get())
    address = waiting.request["PATH_INFO"]
    page = text_of(ben_browser.get(address))
    assert "Download the routings (Excel," in page and "Items asked 7" in page
    content = body_of(ben_browser.get(f"{address}file/"))
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    (header, *rows) = sheet.iter_rows(values_only=True)
    assert header[0] == "ITEM_CD"
    assert {row[0] for row in rows} == set(tiny_plant.new_items["ITEM_CD"].head(7))
    assert done.result["rows"] == len(rows)
    assert "new items.xlsx" in text_of(ben_browser.get("/predict/")), "it is found again"


def test_the_part_that_changes_comes_alone_while_the_batch_runs(
    ben_browser: Client, code: str
) -> None:
    ben_browser.post("/predict/", {"way": "file", "file": csv_of(f"ITEM_CD\n{code}"),
                                   "format": "csv"})  # fmt: skip
    job = jobs.claim(Job.objects.get().pk)
    assert job is not None
    jobs.report(job, 40, "400 of 1,000 items")
    page = ben_browser.get(f"/predict/batches/{job.pk}/", headers={"HX-Request": "true"})
    assert page.content.decode().lstrip().startswith("<section")
    assert "400 of 1,000 items 40 %" in text_of(page)
    tasks.execute(job)
    assert "hx-trigger" not in ben_browser.get(f"/predict/batches/{job.pk}/").content.decode()


def test_a_file_of_codes_asks_for_known_items_and_tells_of_the_others(
    ben_api: APIClient, ben_browser: Client, code: str
) -> None:
    file = csv_of(f"ITEM_CD\n{code}\nNO-SUCH-ITEM\n")
    told = ben_api.post(API, {"file": file}, format="multipart")
    assert told.status_code == 202
    number = told.data["job_id"]
    work(Job.objects.get(pk=number))
    state = ben_api.get(f"{API}/{number}").data
    assert (state["status"], state["progress"]) == ("succeeded", 100)
    assert (state["result"]["items"], state["result"]["not_answered"]) == (1, 1)
    table = list(csv.DictReader(io.StringIO(body_of(ben_api.get(f"{API}/{number}/file")).decode())))
    assert {row["ITEM_CD"] for row in table} == {code}
    errors = body_of(ben_api.get(f"{API}/{number}/file?errors=1")).decode()
    assert "NO-SUCH-ITEM,unknown_item" in errors


def test_any_item_of_a_described_file_is_opened_as_the_file_describes_it(
    ben_browser: Client, tiny_plant: Plant
) -> None:
    form = {"way": "file", "file": sheet_of(tiny_plant, 7), "format": "csv"}
    ben_browser.post("/predict/", form)
    job = work(Job.objects.get())
    code = str(tiny_plant.new_items["ITEM_CD"].iloc[6])
    answer = ben_browser.post(f"/predict/batches/{job.pk}/item/", {"code": f" {code} "})
    asked = PredictionRequest.objects.latest("pk")
    assert answer.headers["Location"] == asked.get_absolute_url()
    assert asked.channel == Channel.PAGE and asked.asked_by == job.asked_by
    assert (asked.first_item, asked.error_count) == (code, 0), "nobody knows it but this file"
    missing = ben_browser.post(f"/predict/batches/{job.pk}/item/", {"code": "NOT"}, follow=True)
    assert f"Batch {job.pk} has no item NOT." in text_of(missing)


@pytest.mark.parametrize("heading", ["", "품목코드\n", "Item code\n"])
def test_a_single_column_is_one_of_codes_whatever_stands_above_it(
    ben_browser: Client, code: str, heading: str
) -> None:
    form = {"way": "file", "file": csv_of(f"{heading}{code}\nNO-1\n"), "format": "csv"}
    ben_browser.post("/predict/", form)
    job = work(Job.objects.get())
    assert (job.result["asked"], job.result["items"], job.result["not_answered"]) == (2, 1, 1)
    answer = ben_browser.post(f"/predict/batches/{job.pk}/item/", {"code": code}, follow=True)
    assert code in text_of(answer)


def test_what_is_wrong_with_a_file_is_said_in_korean_by_the_name_it_was_given(
    ben_browser: Client,
) -> None:
    ben_browser.cookies["django_language"] = "ko"
    form = {"way": "file", "file": csv_of("no workbook", "새 품목.xlsx"), "format": "csv"}
    page = text_of(ben_browser.post("/predict/", form))
    assert "새 품목.xlsx 파일이 손상되었거나" in page
    assert "items.xlsx" not in page and "batches" not in page


def test_a_batch_goes_out_as_the_erp_takes_it_in_the_chosen_profile_and_is_noted(
    ben_browser: Client, ben_api: APIClient, eva: User, tiny_model: RoutingModel
) -> None:
    codes = list(tiny_model.item_codes[:5])
    number = ben_api.post(API, {"item_codes": codes}).data["job_id"]
    chosen: dict[str, Any] = {"batch": number}
    too_early = ben_browser.get("/drafts/export/", chosen)
    assert (too_early.status_code, "has no file" in text_of(too_early)) == (409, True)
    done = work(Job.objects.get(pk=number))
    sure = done.result["items"] - done.result["needs_planner"]
    page = text_of(ben_browser.get("/drafts/export/", chosen))
    assert f"Export {sure} routing" in page and "52 columns" in page
    assert ("left out" in page) == bool(done.result["needs_planner"])
    assert "As the ERP takes it" in text_of(ben_browser.get(f"/predict/batches/{number}/"))
    columns = [{"name": "품목", "field": "ITEM_CD"}, {"name": "PLANT", "constant": "=K1"}]
    row = output_profiles.save(name="mes", document={"columns": columns}, by=eva)
    chosen |= {"profile": row.pk, "format": "csv-cp949"}
    written = ben_browser.post("/drafts/export/", chosen).content.decode("cp949")
    (first, *_others) = table = list(csv.DictReader(io.StringIO(written)))
    assert first["PLANT"] == "'=K1" and len({each["품목"] for each in table}) == sure
    event = AuditEvent.objects.get(action="prediction.draft.exported")
    assert event.after is not None and event.after["profile"] == "mes r1"
    asked = {"format": "json", "profile": str(row.pk)}
    told = ben_api.post(f"{API}/{number}/export", asked)
    assert len(json.loads(told.content)) == len(table)


def test_a_pasted_list_beyond_one_request_becomes_a_batch(
    ben_browser: Client, tiny_model: RoutingModel, settings: Any
) -> None:
    settings.PREDICTION_MAX_ITEMS = 3
    codes = list(tiny_model.item_codes[:5])
    page = ben_browser.post("/predict/", {"way": "list", "codes": "\n".join(codes)}, follow=True)
    assert "Batch" in text_of(page)
    assert work(Job.objects.get()).result["items"] == 5
    assert not ben_browser.get("/predict/").context["recent"], "its parts are no questions of Ben's"


def test_described_items_keep_names_of_their_own_over_many_parts(
    ben_api: APIClient, records: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("prediction.services.batches.BATCH", 2)
    nameless = [{k: v for k, v in each.items() if k != "ITEM_CD"} for each in records]
    nameless[0]["ITEM_SPEC"] = "x" * 20_001
    told = ben_api.post(API, {"items": nameless, "format": "json"})
    done = work(Job.objects.get(pk=told.data["job_id"]))
    assert (done.result["items"], done.result["not_answered"]) == (4, 1)
    assert "NEW-5_C01" in body_of(ben_api.get(f"{API}/{done.pk}/file")).decode()


@pytest.mark.parametrize(
    ("file", "code", "complaint"),
    [
        (csv_of("a,b\n1,2"), "columns_missing", "ITEM_CD"),
        (csv_of("ITEM_CD\nA", "items.exe"), "upload_refused", "items.exe cannot be read"),
        (csv_of("not a workbook", "items.xlsx"), "file_unreadable", "items.xlsx"),
    ],
)
def test_a_file_that_is_no_table_of_items_is_refused_at_once(
    ben_api: APIClient, file: SimpleUploadedFile, code: str, complaint: str
) -> None:
    file.seek(0)
    response = ben_api.post(API, {"file": file}, format="multipart")
    assert response.status_code == 400
    assert response.data["error"]["code"] == code
    assert complaint in response.data["error"]["message"]
    assert not Job.objects.exists()


def packed(name: str, text: str) -> SimpleUploadedFile:
    stream = io.BytesIO()
    if name.endswith(".gz"):
        stream.write(gzip.compress(text.encode()))
    else:
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as book:
            book.writestr("xl/sharedStrings.xml", text)
    return SimpleUploadedFile(name, stream.getvalue())


@pytest.mark.parametrize("name", ["items.xlsx", "items.csv.gz"])
def test_a_small_file_that_would_become_a_huge_one_is_refused(
    ben_api: APIClient, settings: Any, name: str
) -> None:
    settings.UPLOAD_MAX_UNPACKED_BYTES = 3_000_000
    file = packed(name, "ITEM_CD\n" + "A" * 4_000_000)
    assert file.size is not None and file.size < 10_000
    error = ben_api.post(API, {"file": file}, format="multipart").data["error"]
    assert error["code"] == "unpacked_too_large"
    assert "larger than 3 MB" in error["message"]


def test_the_page_says_what_is_wrong_with_a_file(ben_browser: Client) -> None:
    form = {"way": "file", "file": csv_of("a,b\n1,2"), "format": "csv"}
    assert "ITEM_CD" in text_of(ben_browser.post("/predict/", form))


def test_a_batch_is_stopped_before_it_begins_and_while_it_runs(
    ben_browser: Client, ben_api: APIClient, code: str
) -> None:
    first, second = (
        Job.objects.get(pk=ben_api.post(API, {"item_codes": [code]}).data["job_id"])
        for _ in range(2)
    )
    page = ben_browser.post(f"/predict/batches/{first.pk}/cancel/", follow=True)
    assert "cancelled" in text_of(page).lower()
    running = jobs.claim(second.pk)
    assert running is not None
    assert ben_api.delete(f"{API}/{second.pk}").status_code == 200
    tasks.execute(running)
    running.refresh_from_db()
    assert running.state == JobState.CANCELLED
    assert ben_api.delete(f"{API}/{second.pk}").status_code == 409
    assert ben_api.get(f"{API}/{second.pk}/file").status_code == 404


def test_a_batch_is_stopped_by_who_asked_for_it_or_by_an_engineer(
    ben_browser: Client, eva_api: APIClient, ben_api: APIClient, code: str
) -> None:
    of_eva = eva_api.post(API, {"item_codes": [code]}).data["job_id"]
    refused = ben_api.delete(f"{API}/{of_eva}")
    assert (refused.status_code, refused.data["error"]["code"]) == (403, "not_yours")
    page = f"/predict/batches/{of_eva}/"
    assert "Stop the batch" not in text_of(ben_browser.get(page))
    told = ben_browser.post(f"{page}cancel/", follow=True)
    assert "eva@plant.example asked for this batch" in text_of(told)
    of_ben = ben_api.post(API, {"item_codes": [code]}).data["job_id"]
    assert eva_api.delete(f"{API}/{of_ben}").status_code == 200


def test_a_batch_in_which_nothing_can_be_answered_fails_and_lists_the_reasons(
    ben_api: APIClient, ben_browser: Client
) -> None:
    number = ben_api.post(API, {"item_codes": ["NO-1", "NO-2"]}).data["job_id"]
    done = work(Job.objects.get(pk=number))
    assert done.state == JobState.FAILED
    page = text_of(ben_browser.get(f"/predict/batches/{number}/"))
    assert "None of 2 items could be answered" in page
    assert "All reasons are in routings.csv.errors.csv." in page, "and not where the server has it"
    reasons = body_of(ben_browser.get(f"/predict/batches/{number}/file/?errors")).decode()
    assert "NO-2,unknown_item" in reasons and "What was not answered" in page


def test_folders_of_old_batches_go_when_a_new_one_comes(
    ben_api: APIClient, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = ben_api.post(API, {"item_codes": [code]}).data["job_id"]
    work(Job.objects.get(pk=number))
    monkeypatch.setattr(batch_jobs, "KEPT_SECONDS", -60)
    ben_api.post(API, {"item_codes": [code]})
    gone = ben_api.get(f"{API}/{number}/file")
    assert gone.status_code == 404
    assert "not there any more" in gone.data["error"]["message"]


def test_auditors_may_look_but_not_ask(ben_api: APIClient, otto_api: APIClient, code: str) -> None:
    number = ben_api.post(API, {"item_codes": [code]}).data["job_id"]
    assert otto_api.get(f"{API}/{number}").status_code == 200
    assert otto_api.delete(f"{API}/{number}").status_code == 403
    assert otto_api.post(API, {"item_codes": [code]}).status_code == 403
    assert ben_api.get(f"{API}/999999").status_code == 404
