"""Trainings over the API: asked for, watched line by line, cancelled, repeated, in their order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override
from rest_framework.test import APIClient

from accounts.models import User
from registry.models import Job, ModelVersion
from registry.services import config, job_events, job_lines, jobs
from training.core.specs import CANDIDATES

pytestmark = pytest.mark.django_db
JOBS = "/api/training/jobs"


@pytest.fixture(autouse=True)
def house(data_dir: Path, models_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty house, and streams that look again at once."""
    monkeypatch.setattr(job_events, "POLL_SECONDS", 0.001)


def started(api: APIClient, **asked: Any) -> Job:
    answer = api.post("/api/training/start", asked)
    assert answer.status_code == 202, answer.content
    assert answer.json()["status"] == "STARTED"
    return Job.objects.get(pk=answer.json()["job_id"])


def running(api: APIClient) -> Job:
    job = jobs.claim(started(api).pk)
    assert job is not None
    return job


def stream_of(api: APIClient, job: Job, last: int = 0) -> Iterator[bytes]:
    headers = {"Accept": "text/event-stream"} | ({"Last-Event-ID": str(last)} if last else {})
    answer: Any = api.get(f"{JOBS}/{job.pk}/events", headers=headers)
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    return iter(answer.streaming_content)


def events(content: Iterator[bytes]) -> list[tuple[str, int | None, Any]]:
    """Return the events of a stream as name, line number and data."""
    found = []
    for block in b"".join(content).decode().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line[:1] != ":")
        if "event" in fields:
            number = int(fields["id"]) if "id" in fields else None
            found.append((fields["event"], number, json.loads(fields["data"])))
    return found


def test_eva_starts_a_training_and_has_its_job_at_once(eva_api: APIClient, eva: User) -> None:
    job = started(eva_api, sample_size=1000, version_name="2026.11.21_9", cycle_id="17")
    assert (job.kind, job.state, job.asked_by) == ("train", "queued", eva.email)
    assert job.parameters == {
        "version_name": "2026.11.21_9", "sample_size": 1000, "strategy": "full",
        "candidates": list(CANDIDATES), "dry_run": False, "seed": 42, "cycle_id": "17",
    }  # fmt: skip


def test_what_competes_is_what_was_asked_for_or_else_what_the_settings_say(
    eva_api: APIClient, eva: User
) -> None:
    assert started(eva_api, candidates=["mlp"]).parameters["candidates"] == ["mlp"]
    config.change_iter_training(values={"training": {"candidates": ["baseline"]}}, by=eva)
    assert started(eva_api).parameters["candidates"] == ["baseline"]
    assert started(eva_api, candidates=[]).parameters["candidates"] == []


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        ({"candidates": ["forest"]}, 400, "invalid"),
        ({"candidates": ["mlp"], "strategy": "incremental"}, 400, "bad_input"),
        ({"sample_size": 0}, 400, "invalid"),
        ({"sample_size": "many"}, 400, "invalid"),
        ({"strategy": "magic"}, 400, "invalid"),
        ({"version_name": "../../etc"}, 400, "bad_input"),
        ({"strategy": "incremental"}, 503, "no_active_version"),
    ],
)
def test_what_cannot_work_is_refused_before_a_worker_sees_it(
    eva_api: APIClient, asked: dict[str, Any], status: int, code: str
) -> None:
    answer = eva_api.post("/api/training/start", asked)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert not Job.objects.exists()


def test_a_taken_name_and_a_sample_of_an_increment_are_refused(
    eva_api: APIClient, active_version: ModelVersion
) -> None:
    taken = eva_api.post("/api/training/start", {"version_name": active_version.name})
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "version_exists")
    both = eva_api.post("/api/training/start", {"strategy": "incremental", "sample_size": 5})
    assert both.status_code == 400
    assert "sample" in both.json()["error"]["message"]
    assert started(eva_api, strategy="incremental").parameters["strategy"] == "incremental"


def test_ben_and_otto_may_look_and_neither_may_start_cancel_or_repeat(
    ben_api: APIClient, otto_api: APIClient, eva_api: APIClient
) -> None:
    job = started(eva_api)
    for api in (ben_api, otto_api):
        assert api.get(f"{JOBS}/{job.pk}/status").status_code == 200
        refused = [
            api.post("/api/training/start", {}),
            api.delete(f"{JOBS}/{job.pk}"),
            api.post(f"{JOBS}/{job.pk}/retry"),
        ]
        assert [answer.status_code for answer in refused] == [403, 403, 403]
    job.refresh_from_db()
    assert job.state == "queued"


def test_the_status_tells_step_progress_result_and_the_lines_after_a_number(
    eva_api: APIClient,
) -> None:
    job = running(eva_api)
    jobs.report(job, 40, "fold 2 of 5")
    told = eva_api.get(f"{JOBS}/{job.pk}/status").json()
    assert (told["job_id"], told["status"], told["progress"]) == (job.pk, "running", 40)
    assert told["current_step"] == "fold 2 of 5"
    assert told["logs"] == [str(line) for line in job_lines.after(job, 0)]
    assert told["last_line"] == 3
    jobs.succeed(job, {"version": "x"})
    later = eva_api.get(f"{JOBS}/{job.pk}/status?after=3").json()
    assert (later["result"], len(later["logs"])) == ({"version": "x"}, 1)
    assert eva_api.get(f"{JOBS}/{job.pk}/status?after=4").json()["last_line"] == 4
    assert eva_api.get(f"{JOBS}/{job.pk}/status?after=x").status_code == 400


def test_a_reason_is_told_in_the_callers_language_and_the_log_stays_as_its_file(
    eva_api: APIClient,
) -> None:
    job = running(eva_api)
    jobs.fail(job, "There are no items. Load item_info first (load_erp DIR).")
    status = eva_api.get(f"{JOBS}/{job.pk}/status", headers={"Accept-Language": "ko"}).json()
    assert status["error"].startswith("품목이 없습니다")
    assert status["logs"][-1].endswith("failed: There are no items. Load item_info first "
                                       "(load_erp DIR).")  # fmt: skip
    english = eva_api.get(f"{JOBS}/{job.pk}/status").json()
    assert english["error"] == "There are no items. Load item_info first (load_erp DIR)."


def test_the_log_is_the_same_text_as_the_file(eva_api: APIClient) -> None:
    job = running(eva_api)
    jobs.fail(job, "이유: no data")
    answer = eva_api.get(f"{JOBS}/{job.pk}/log", headers={"Accept": "text/plain"})
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == job_lines.file_of(job).read_text(encoding="utf-8")
    assert "[WARNING] failed: 이유: no data" in answer.content.decode()


def test_the_list_shows_the_newest_hundred_and_can_be_narrowed(eva_api: APIClient) -> None:
    made = [started(eva_api) for _ in range(102)]
    jobs.cancel(made[0], by="eva")
    first = eva_api.get(JOBS).json()
    assert [row["job_id"] for row in first["results"]] == [job.pk for job in made[:1:-1]]
    assert first["count"] == 102
    cancelled = eva_api.get(f"{JOBS}?state=cancelled").json()["results"]
    assert [row["job_id"] for row in cancelled] == [made[0].pk]
    assert eva_api.get(f"{JOBS}?state=nearly").status_code == 400


def test_the_queue_says_what_runs_and_who_is_next(eva_api: APIClient) -> None:
    assert eva_api.get("/api/training/queue").json() == {
        "running": None, "waiting": [], "requests": [],
    }  # fmt: skip
    first, second, third = running(eva_api), started(eva_api), started(eva_api)
    queue = eva_api.get("/api/training/queue").json()
    assert queue["running"]["job_id"] == first.pk
    assert [(row["job_id"], row["place"]) for row in queue["waiting"]] == [
        (second.pk, 1), (third.pk, 2),
    ]  # fmt: skip


def test_a_job_is_cancelled_once_and_repeated_when_it_is_over(eva_api: APIClient) -> None:
    job = started(eva_api)
    assert eva_api.post(f"{JOBS}/{job.pk}/retry").status_code == 409
    answer = eva_api.delete(f"{JOBS}/{job.pk}")
    assert (answer.status_code, answer.json()["status"]) == (202, "cancelled")
    assert eva_api.delete(f"{JOBS}/{job.pk}").status_code == 409
    again = eva_api.post(f"{JOBS}/{job.pk}/retry").json()["job_id"]
    assert eva_api.get(f"{JOBS}/{again}/status").json()["retry_of"] == job.pk


@pytest.mark.parametrize("path", ["status", "log", "events"])
def test_a_job_that_is_not_there_is_not_found(eva_api: APIClient, path: str) -> None:
    accepts = "application/json" if path == "status" else "text/event-stream"
    answer = eva_api.get(f"{JOBS}/987/{path}", headers={"Accept": accepts})
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "job_unknown")


def test_the_events_of_a_job_that_is_over_end_with_it(eva_api: APIClient) -> None:
    job = running(eva_api)
    jobs.fail(job, "no data")
    told = events(stream_of(eva_api, job))
    assert [name for name, _, _ in told] == ["line", "line", "line", "progress", "end"]
    assert [number for _, number, _ in told] == [1, 2, 3, None, None]
    assert (told[-1][2]["status"], told[-1][2]["error"]) == ("failed", "no data")


def test_events_are_told_in_the_callers_language_as_the_status_is(eva_api: APIClient) -> None:
    job = running(eva_api)
    jobs.report(job, 40, "reading attributes")
    jobs.fail(job, "There are no items. Load item_info first (load_erp DIR).")
    here = eva_api.get(f"{JOBS}/{job.pk}/status", headers={"Accept-Language": "ko"}).json()
    answer: Any = eva_api.get(f"{JOBS}/{job.pk}/events", headers={"Accept-Language": "ko"})
    with override("en"):  # what another request sets meanwhile
        name, _number, data = events(answer.streaming_content)[-1]
    assert (name, data["current_step"], data["error"]) == (
        "end",
        here["current_step"],
        here["error"],
    )
    assert data["error"].startswith("품목이 없습니다")


def test_who_comes_back_misses_no_line_and_gets_none_twice(
    eva_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_events, "LONGEST_SECONDS", 0.0)
    job = running(eva_api)
    heard: list[int] = []
    for step in ("one", "two", "three", "end"):
        if step == "end":
            jobs.succeed(job, {})
        else:
            jobs.report(job, len(heard), step)
        told = events(stream_of(eva_api, job, heard[-1] if heard else 0))
        heard += [number for _, number, _ in told if number is not None]
    assert heard == [line.number for line in job_lines.after(job, 0)]
    assert told[-1][0] == "end"


def test_a_stream_follows_a_job_while_it_runs(eva_api: APIClient) -> None:
    job = running(eva_api)
    stream = stream_of(eva_api, job)
    seen = b"".join(next(stream) for _ in range(4)).decode()
    assert '"progress": 0' in seen
    jobs.report(job, 55, "epoch 7")
    jobs.succeed(job, {})
    rest = events(stream)
    assert ("line", 3) in [(name, number) for name, number, _ in rest]
    assert rest[-1][0] == "end"


def test_readers_cannot_take_every_thread_of_the_server(
    eva_api: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = 0
    while job_events.SEATS.acquire(blocking=False):
        taken += 1
    try:
        job = running(eva_api)
        told = events(stream_of(eva_api, job))
    finally:
        job_events.SEATS.release(taken)
    assert [name for name, _, _ in told] == ["line", "line", "progress"], "told, and let go at once"


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "9" * 30, "²"])
def test_a_last_event_that_is_no_number_means_from_the_beginning(given: str) -> None:
    assert job_events.number_of(given) == 0
