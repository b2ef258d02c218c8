"""The retraining queue: three wait, none is lost, and what failed is tried again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, User
from registry.core.errors import BadInput
from registry.models import Job, JobState
from registry.services import config, jobs
from registry.tests.factories import FIRST, SECOND, make_version
from training import selectors, wording
from training.models import RequestState, RetrainingRequest
from training.services import retraining, runs

pytestmark = pytest.mark.django_db


def ask(**values: Any) -> RetrainingRequest:
    usual = {"reason": "quality", "evidence": {"trim_mae": 4.2}, "by": "quality cycle 7"}
    return retraining.request(**usual | values)


def states() -> list[str]:
    return list(RetrainingRequest.objects.order_by("pk").values_list("state", flat=True))


def finish(state: JobState, **values: Any) -> None:
    """Let the training that runs for a wish end."""
    job = RetrainingRequest.objects.in_state(RequestState.RUNNING).get().job
    assert job
    claimed = jobs.claim(job.pk)
    assert claimed
    Job.objects.filter(pk=job.pk).update(state=state, finished_at=timezone.now(), **values)


def test_three_wait_and_the_others_are_set_aside() -> None:
    for _number in range(5):
        ask()
    assert states() == ["waiting"] * 3 + ["deferred"] * 2


def test_a_wish_keeps_its_reason_its_evidence_and_its_items() -> None:
    row = ask(items=["A-1", "A-2"], evidence={"limit": 3.5})

    row.refresh_from_db()
    assert (row.reason, row.evidence, row.items) == ("quality", {"limit": 3.5}, ["A-1", "A-2"])
    assert AuditEvent.objects.get(action="training.retraining.asked").actor == "quality cycle 7"


def test_who_asks_for_an_unknown_reason_is_told_the_known_ones() -> None:
    with pytest.raises(BadInput, match="quality, drift, schedule, person"):
        ask(reason="boredom")


def test_the_settings_say_how_many_wait(eva: User) -> None:
    config.change_iter_training(values={"queue": {"most_waiting": 1}}, by=eva)
    ask()
    ask()
    assert states() == ["waiting", "deferred"]


def test_one_runs_at_a_time_and_one_that_was_set_aside_moves_up() -> None:
    for _number in range(5):
        ask()
    retraining.work_queue()
    assert states() == ["running", "waiting", "waiting", "deferred", "deferred"]
    retraining.work_queue()
    assert states() == ["running", "waiting", "waiting", "waiting", "deferred"]
    assert Job.objects.filter(kind="train").count() == 1


def test_who_comes_later_does_not_overtake_one_that_was_set_aside() -> None:
    rows = [ask() for _number in range(4)]
    retraining.withdraw(rows[0], by="ana")
    assert ask().state == "deferred"
    retraining.work_queue()
    assert states() == ["skipped", "running", "waiting", "waiting", "deferred"]


def test_of_two_that_take_the_same_place_at_once_one_takes_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ask()
    monkeypatch.setattr(retraining, "_free_places", lambda: [1, 2])
    assert ask().place == 2
    assert ask().state == "deferred"


def test_the_database_itself_allows_one_running_and_one_in_each_place() -> None:
    ask()
    ask()
    with pytest.raises(IntegrityError):
        RetrainingRequest.objects.update(state="running", place=None)


def test_a_training_that_ended_well_ends_the_wish() -> None:
    ask()
    retraining.work_queue()
    finish(JobState.SUCCEEDED, result={"version": "2026.11.21_1", "registered": True})
    retraining.work_queue()

    row = RetrainingRequest.objects.get()
    assert (row.state, row.outcome) == ("done", "version 2026.11.21_1")
    assert row.finished_at


def test_nothing_changed_is_skipped_with_that_reason() -> None:
    ask()
    retraining.work_queue()
    job = Job.objects.get()
    assert job.parameters["only_if_changed"] is True
    why = "Nothing has changed in the ERP tables since version 2026.11.21_1 was trained."
    finish(JobState.SUCCEEDED, result={"version": "2026.11.21_1", "skipped": why})
    retraining.work_queue()

    row = RetrainingRequest.objects.get()
    assert (row.state, row.outcome) == ("skipped", why)


@pytest.mark.usefixtures("models_store")
def test_what_a_sample_has_taught_does_not_stand_for_the_plant() -> None:
    make_version(FIRST, dataset_hash="d1/300")
    runs.refuse_the_same("d1")
    with pytest.raises(runs.NothingChanged, match=FIRST):
        runs.refuse_the_same("d1/300")
    make_version(SECOND, dataset_hash="d1")
    with pytest.raises(runs.NothingChanged, match=SECOND):
        runs.refuse_the_same("d1/500")


def test_evidence_is_read_in_words() -> None:
    told = {
        "cycle": 12,
        "process_match": {"value": 0.712, "limit": 0.8},
        "plant_shift LT02": {"value": 0.25, "limit": 0.1},
        "why": "severe, events",
    }
    assert [each.replace("\u00a0", " ") for each in wording.evidence(told)] == [
        "The answers have moved severely.",
        "Five or more drift events within seven days.",
        "Quality cycle: 12",
        "Operations right: 71.2 %, limit 80.0 %",
        "Pace of resource LT02: 0.25, limit 0.10",
    ]


def test_a_failure_is_tried_twice_again_after_growing_pauses() -> None:
    ask()
    pauses = []
    for _try in range(3):
        retraining.work_queue()
        finish(JobState.FAILED, error="the ERP does not answer")
        retraining.work_queue()
        row = RetrainingRequest.objects.get()
        if row.not_before and row.is_open:
            pauses.append(round((row.not_before - timezone.now()).total_seconds(), -1))
            retraining.work_queue()
            assert row.state == "waiting"  # not before its time
            RetrainingRequest.objects.update(not_before=timezone.now() - timedelta(seconds=1))

    assert pauses == [60, 120]
    assert (row.state, row.outcome, row.tries) == ("failed", "the ERP does not answer", 3)


def test_one_that_pauses_does_not_hold_up_the_next() -> None:
    ask()
    ask()
    retraining.work_queue()
    finish(JobState.LOST, error="the worker has gone")
    retraining.work_queue()
    assert states() == ["waiting", "running"]


def test_a_cancelled_training_is_not_tried_again() -> None:
    ask()
    retraining.work_queue()
    jobs.cancel(Job.objects.get(), by="eva@plant.example")
    retraining.work_queue()

    row = RetrainingRequest.objects.get()
    assert (row.state, row.outcome) == (
        "skipped",
        "its training was cancelled by eva@plant.example",
    )


def test_a_wish_can_be_withdrawn_until_it_runs() -> None:
    row = ask()
    assert retraining.withdraw(row, by="eva@plant.example")
    assert row.outcome == "withdrawn by eva@plant.example"
    other = ask()
    retraining.work_queue()
    assert not retraining.withdraw(other, by="eva@plant.example")


def test_the_queue_is_read_in_the_order_of_its_turn() -> None:
    first, second = ask(), ask(reason="drift")
    assert list(selectors.requests(only_open=True)) == [first, second]
    assert list(selectors.requests()) == [second, first]


def test_eva_sees_what_is_asked_for_and_takes_it_back(eva: User, client: Client) -> None:
    row = ask(items=["A-1"])
    client.force_login(eva)
    page = client.get("/training/").content.decode()
    assert "Retrainings asked for" in page
    assert "Typical error a piece: 4.20" in page
    queue = client.get("/api/training/queue").json()["requests"]
    assert [(each["id"], each["state"], each["items"]) for each in queue] == [
        (row.pk, "waiting", ["A-1"])
    ]

    taken = client.post(f"/training/requests/{row.pk}/withdraw/", follow=True)
    assert "The request is withdrawn." in taken.content.decode()
    assert states() == ["skipped"]
    again = client.post(f"/training/requests/{row.pk}/withdraw/", follow=True)
    assert "begun or is over" in again.content.decode()


def test_ana_reads_requests_and_probations_in_the_administration(ana_browser: Client) -> None:
    row = ask()
    listed = ana_browser.get("/admin/training/retrainingrequest/").content.decode()
    assert "quality cycle 7" in listed
    detail = ana_browser.get(f"/admin/training/retrainingrequest/{row.pk}/change/")
    assert "trim_mae" in detail.content.decode()
    assert ana_browser.get("/admin/training/retrainingrequest/add/").status_code == 403
    assert ana_browser.get("/admin/training/probation/").status_code == 200
