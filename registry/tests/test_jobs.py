"""The life of a job as its rows tell it: claimed once, ended once, never two trainings at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import AuditEvent, User
from registry import kinds, tasks
from registry.core.errors import BadInput
from registry.core.progress import Cancelled
from registry.models import Job, JobState, Level
from registry.services import job_lines, job_progress, jobs

pytestmark = pytest.mark.django_db
SOME = "somework"


@pytest.fixture(autouse=True)
def house(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder of its own, and a kind of job that runs beside others and again when lost."""
    monkeypatch.setitem(kinds.KINDS, SOME, kinds.Kind("Some work", again=True))  # type: ignore[arg-type]  # a kind for the test alone


def asked(kind: str = kinds.TRAIN) -> Job:
    return jobs.enqueue(kind, {"seed": 1}, by="eva")


def claimed(kind: str = kinds.TRAIN) -> Job:
    job = jobs.claim(asked(kind).pk)
    assert job is not None
    return job


def silent(job: Job, seconds: int) -> None:
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - timedelta(seconds=seconds))


def state(job: Job) -> str:
    job.refresh_from_db()
    return str(job.state)


def handled(job: Job, handler: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Job:
    settings.JOB_HANDLERS = {job.kind: f"{__name__}.work"}
    monkeypatch.setitem(globals(), "work", handler)
    tasks.execute(job)
    job.refresh_from_db()
    return job


def test_a_job_that_is_delivered_twice_runs_once() -> None:
    job = asked()
    assert jobs.claim(job.pk) is not None
    assert jobs.claim(job.pk) is None
    jobs.cancel(job, by="eva")
    assert jobs.claim(job.pk) is None


def test_trainings_wait_for_each_other_in_the_order_in_which_they_were_asked() -> None:
    first, second, third = asked(), asked(), asked()
    assert jobs.claim(second.pk) is None, "it may not overtake"
    running = jobs.claim(first.pk)
    assert running is not None
    assert [jobs.place(job) for job in (second, third)] == [1, 2]
    assert jobs.claim(second.pk) is None
    jobs.succeed(running, {})
    assert jobs.claim(second.pk) is not None
    assert jobs.place(third) == 1


def test_the_database_itself_refuses_a_second_training_at_the_same_time() -> None:
    first, second = claimed(), asked()
    with pytest.raises(IntegrityError, match="UNIQUE"), transaction.atomic():
        Job.objects.filter(pk=second.pk).update(
            state="running", claim="x", started_at=first.started_at, heartbeat_at=first.started_at
        )


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "nearly"},
        {"progress": 101},
        {"state": "succeeded"},
        {"state": "running"},
        {"finished_at": timezone.now()},
        {"cancel_by": "eva"},
    ],
)
def test_a_state_that_cannot_be_is_refused_by_the_database(wrong: dict[str, Any]) -> None:
    job = asked()
    with pytest.raises(IntegrityError), transaction.atomic():
        Job.objects.filter(pk=job.pk).update(**wrong)


def test_jobs_of_other_kinds_run_beside_each_other() -> None:
    claimed()
    claimed(SOME)
    claimed(SOME)
    assert Job.objects.running().count() == 3


def test_who_lost_the_job_can_neither_report_nor_end_it() -> None:
    job = claimed()
    silent(job, 31)
    jobs.reap()
    jobs.report(job, 50, "late")
    assert not jobs.beat(job)
    assert not jobs.succeed(job, {"version": "x"})
    assert jobs.cancel_asked(job), "the computation is to stop"
    assert state(job) == JobState.LOST
    assert (job.result, job.progress) == ({}, 0)


def test_a_worker_that_shows_itself_is_not_found_lost() -> None:
    job = claimed()
    silent(job, 25)
    assert jobs.reap() == []
    silent(job, 31)
    jobs.beat(job)
    assert jobs.reap() == []
    assert state(job) == JobState.RUNNING


def test_a_lost_training_is_left_to_people_and_lost_work_of_other_kinds_runs_once_more() -> None:
    training, work = claimed(), claimed(SOME)
    for job in (training, work):
        silent(job, 31)
    assert {job.pk for job in jobs.reap()} == {training.pk, work.pk}
    again = Job.objects.waiting().get()
    assert (again.kind, again.retry_of, again.parameters) == (SOME, work, work.parameters)
    second = jobs.claim(again.pk)
    assert second is not None
    silent(second, 31)
    jobs.reap()
    assert not Job.objects.waiting().exists(), "once more, not for ever"


def test_the_next_training_is_handed_to_the_queue_when_one_ends(
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[int] = []
    monkeypatch.setattr(jobs, "_offer", lambda job: offered.append(job.pk))
    running, second, third = claimed(), asked(), asked()
    with django_capture_on_commit_callbacks(execute=True):
        jobs.fail(running, "no data")
    assert offered == [second.pk]
    with django_capture_on_commit_callbacks(execute=True):
        jobs.cancel(second, by="eva")
    assert offered == [second.pk, third.pk]


def test_a_job_whose_message_was_lost_is_handed_to_the_queue_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    offered: list[int] = []
    monkeypatch.setattr(jobs, "_offer", lambda job: offered.append(job.pk))
    job = asked()
    jobs.reap()
    assert offered == []
    Job.objects.update(offered_at=timezone.now() - timedelta(seconds=61))
    jobs.reap()
    jobs.reap()
    assert offered == [job.pk]


def test_what_follows_an_end_is_done_though_the_queue_has_lost_it_and_done_once(
    settings: Any, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    followed: list[int] = []
    monkeypatch.setitem(globals(), "follow", lambda job: followed.append(job.pk))
    settings.JOB_FOLLOWERS = {kinds.TRAIN: f"{__name__}.follow"}
    job = claimed()
    jobs.succeed(job, {})  # nothing of what was handed over arrives
    with django_capture_on_commit_callbacks(execute=True):
        jobs.reap()
    assert followed == [], "the queue has its minute"
    Job.objects.update(offered_at=timezone.now() - timedelta(seconds=61))
    for _look in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            jobs.reap()
        Job.objects.update(offered_at=timezone.now() - timedelta(seconds=61))
    tasks.job_ended(job.pk)
    assert followed == [job.pk]


def test_a_waiting_job_is_cancelled_at_once_and_an_ended_one_cannot_be(eva: User) -> None:
    job = jobs.cancel(asked(), by=eva)
    assert (job.state, job.cancel_by) == (JobState.CANCELLED, eva.email)
    with pytest.raises(jobs.JobOver):
        jobs.cancel(job, by=eva)
    actions = AuditEvent.objects.order_by("number").values_list("action", flat=True)
    assert list(actions) == ["registry.job.asked", "registry.job.cancelled"]


def test_a_computation_is_stopped_at_its_next_report() -> None:
    job = claimed()
    progress = job_progress.JobProgress(job)
    progress.report(0.1, "reading")
    jobs.cancel(job, by="eva")
    progress._next = 0.0
    with pytest.raises(Cancelled):
        progress.report(0.2, "reading on")
    progress.report(1.0, "done")  # what is done is not undone


def test_progress_and_steps_are_stored_and_the_last_is_never_left_out() -> None:
    job = claimed()
    progress = job_progress.JobProgress(job)
    for share in (0.5, 0.501, 0.502, 1.0):
        progress.report(share, f"at {share}")
    job.refresh_from_db()
    assert (job.progress, job.step) == (100, "at 1.0")
    said = [line.message for line in job_lines.after(job, 0)]
    assert said == ["asked for by eva", "started", "50 % at 0.5", "100 % at 1.0"]


def test_file_and_database_hold_the_same_lines_in_the_promised_form() -> None:
    job = claimed()
    job_lines.add(job, "one\ntwo", Level.WARNING)
    lines = [str(line) for line in job_lines.after(job, 0)]
    assert job_lines.file_of(job).read_text(encoding="utf-8").splitlines() == lines
    assert lines[-1].endswith(f"] [{job.pk}] [WARNING] two")
    assert lines[-1].startswith(f"[{timezone.localtime():%Y-%m-%dT%H:}")
    assert [line.number for line in job_lines.after(job, 2)] == [3, 4]


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        (BadInput("no such column"), (JobState.FAILED, "no such column", False)),
        (ZeroDivisionError("oh"), (JobState.ERRORED, "ZeroDivisionError: oh", True)),
        (Cancelled("stop"), (JobState.CANCELLED, "", False)),
    ],
)
def test_an_expected_end_has_a_reason_and_a_bug_has_a_traceback(
    end: Exception,
    expected: tuple[str, str, bool],
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def breaks(job: Job) -> None:
        raise end

    job = handled(claimed(), breaks, settings, monkeypatch)
    assert (job.state, job.error, "Traceback" in job.traceback) == expected


def test_a_job_that_is_done_keeps_its_result(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = handled(claimed(), lambda job: {"version": "x"}, settings, monkeypatch)
    assert (job.state, job.result, job.progress) == (JobState.SUCCEEDED, {"version": "x"}, 100)


def test_a_retry_is_a_new_job_that_names_the_old_one() -> None:
    job = claimed()
    with pytest.raises(jobs.JobOpen):
        jobs.retry(job, by="eva")
    jobs.fail(job, "no data")
    again = jobs.retry(job, by="ana")
    assert (again.retry_of, again.parameters, again.asked_by) == (job, job.parameters, "ana")
    assert state(job) == JobState.FAILED


def test_old_jobs_go_with_their_lines_and_files_but_never_the_newest_hundred(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs, "NEWEST_KEPT", 2)
    old = [jobs.cancel(asked(), by="eva") for _ in range(4)]
    Job.objects.filter(pk__lte=old[2].pk).update(finished_at=timezone.now() - timedelta(days=31))
    assert jobs.prune() == 2
    assert list(Job.objects.values_list("pk", flat=True)) == [old[3].pk, old[2].pk]
    assert [job_lines.file_of(job).exists() for job in old] == [False, False, True, True]


def test_nobody_runs_a_job_that_somebody_else_holds() -> None:
    job = claimed()
    with pytest.raises(CommandError, match="not held by this claim"):
        call_command("run_job", str(job.pk), "--claim", "another")
    assert state(job) == JobState.RUNNING
