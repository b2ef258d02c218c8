"""A version that wins waits or goes live on probation, as the policy says; a bad one goes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEvent, User
from registry import selectors
from registry.models import Job, JobState, ModelVersion
from registry.services import config, jobs, notices, versions
from registry.tasks import job_ended
from registry.tests.factories import FIRST, SECOND, THIRD, make_version, metrics_of, spoil
from training.models import Probation, ProbationState
from training.selectors import probation
from training.services import deployment
from training.views import showing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("models_store")]


@pytest.fixture
def first(ana: User, models_store: Path) -> ModelVersion:
    """The version that answers: 4 minutes off, 90 % of the operations right."""
    version = make_version(FIRST, metrics=metrics_of(trim_mae=4.0, process_match=0.90))
    versions.activate(version, by=ana)
    return version


@pytest.fixture
def automatic(eva: User) -> None:
    """The policy that a version that wins goes live by itself."""
    config.change_iter_training(values={"training": {"activation": "automatic"}}, by=eva)


def training_of(name: str, trim_mae: float | None, match: float = 0.90, **result: Any) -> Job:
    """A training that ended with a version of these figures."""
    make_version(name, metrics=metrics_of(trim_mae=trim_mae, process_match=match))
    job = jobs.enqueue("train", {}, by="eva@plant.example")
    Job.objects.filter(pk=job.pk).update(
        state=JobState.SUCCEEDED,
        finished_at=timezone.now(),
        result={"version": name, "registered": True, "champion": active()} | result,
    )
    job.refresh_from_db()
    return job


def active() -> str:
    champion = selectors.champion()
    return champion.name if champion else ""


def cycle(number: int, trim_mae: float, match: float = 0.90, **more: Any) -> Probation | None:
    """A quality cycle of the active version."""
    return deployment.judge(
        version=active(),
        figures={"trim_mae": trim_mae, "process_match": match},
        cycle=str(number),
        **more,
    )


@pytest.mark.usefixtures("first")
def test_a_better_version_waits_for_an_administrator_unless_the_policy_says_otherwise() -> None:
    assert not deployment.after_training(training_of(SECOND, 3.0))
    assert active() == FIRST


@pytest.mark.usefixtures("first", "automatic")
def test_a_better_version_goes_live_by_itself_on_probation() -> None:
    assert deployment.after_training(training_of(SECOND, 3.0))

    assert active() == SECOND
    row = probation()
    assert row
    assert (row.version.name, row.previous.name) == (SECOND, FIRST)
    assert row.reference == {"trim_mae": 4.0, "process_match": 0.90}
    assert AuditEvent.objects.get(action="training.probation.began").target == SECOND


@pytest.mark.usefixtures("first", "automatic")
@pytest.mark.parametrize(
    ("trim_mae", "match"), [(3.9, 0.95), (3.0, 0.89), (None, 0.95), (4.5, 0.99)]
)
def test_a_version_that_is_not_clearly_better_changes_nothing(
    trim_mae: float | None, match: float
) -> None:
    assert not deployment.after_training(training_of(SECOND, trim_mae, match))
    assert active() == FIRST


@pytest.mark.usefixtures("first", "automatic")
def test_the_verdict_of_the_training_itself_counts_more_than_its_figures() -> None:
    assert not deployment.after_training(training_of(SECOND, 1.0, verdict={"wins": False}))
    assert deployment.after_training(training_of(THIRD, 3.95, verdict={"wins": True}))


@pytest.mark.usefixtures("first")
def test_the_notice_tells_the_gain_on_the_items_that_both_were_asked_about(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(notices, "tell", lambda event, title, text="": told.append(title))
    verdict = {"wins": True, "gain": 0.08}  # its own backtest, of later items, has 4.5 minutes
    deployment.after_training(training_of(SECOND, 4.5, verdict=verdict))
    assert told == [f"Version {SECOND} is better than {FIRST}: typical error 8% lower"]


@pytest.mark.usefixtures("automatic")
def test_the_first_version_of_all_waits_for_an_administrator() -> None:
    assert not deployment.after_training(training_of(FIRST, 3.0))
    assert active() == ""


@pytest.mark.usefixtures("first", "automatic")
def test_what_the_queue_delivers_twice_does_not_bring_back_what_somebody_rolled_back(
    ana: User,
) -> None:
    job = training_of(SECOND, 3.0)
    assert deployment.after_training(job)
    assert not deployment.after_training(job)
    versions.roll_back(by=ana)
    assert not deployment.after_training(job)
    assert active() == FIRST


def test_a_training_lost_after_its_version_was_registered_does_not_say_that_none_is_kept() -> None:
    job = jobs.claim(jobs.enqueue("train", {}, by="eva").pk)
    assert job
    Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - 2 * jobs.LOST_AFTER)
    ModelVersion.objects.filter(pk=make_version(SECOND).pk).update(created_by="eva")
    (lost,) = jobs.reap()
    job_ended(lost.pk)
    lost.refresh_from_db()
    assert lost.error == (
        f"The worker that ran this job has gone. Version {SECOND} was registered."
    )


@pytest.mark.usefixtures("first", "automatic")
def test_a_version_measured_against_one_that_no_longer_answers_waits(ana: User) -> None:
    job = training_of(SECOND, 3.0)
    versions.activate(make_version(THIRD), by=ana)
    assert not deployment.after_training(job)
    assert active() == THIRD


@pytest.mark.usefixtures("first", "automatic")
def test_a_damaged_version_does_not_go_live() -> None:
    job = training_of(SECOND, 3.0)
    spoil(SECOND)
    assert not deployment.after_training(job)
    assert (active(), probation()) == (FIRST, None)


@pytest.mark.usefixtures("first", "automatic")
def test_three_good_cycles_end_the_probation() -> None:
    deployment.after_training(training_of(SECOND, 3.0))
    cycle(1, 3.2)
    cycle(1, 3.2)
    cycle(2, 4.3)  # within 10 % of the 4.0 before
    assert probation()
    told = showing.on_probation()
    assert told
    assert "2 of 3 quality cycles were good enough" in told.text
    row = cycle(3, 3.1)

    assert row
    assert showing.on_probation() is None
    assert (row.state, row.cycles, active()) == (ProbationState.PASSED, ["1", "2", "3"], SECOND)
    assert cycle(4, 99.0) is None


@pytest.mark.usefixtures("first", "automatic")
def test_a_bad_cycle_brings_the_version_before_back_and_says_why() -> None:
    deployment.after_training(training_of(SECOND, 3.0))
    row = cycle(7, 4.6, 0.70)

    assert active() == FIRST
    assert row
    assert row.state == ProbationState.ROLLED_BACK
    assert row.why == (
        "Quality cycle 7: typical error 4.6 min instead of 4, operations right 70.0% instead of "
        "90.0%, more than the margin of 10%."
    )
    event = AuditEvent.objects.get(action="training.probation.rolled_back")
    assert (event.target, event.after) == (SECOND, row.why)
    told = showing.on_probation()
    assert told
    assert (told.title, told.text) == (f"Version {SECOND} went back to {FIRST}", row.why)


@pytest.mark.usefixtures("first", "automatic")
def test_figures_that_a_cycle_measured_before_count_more_than_those_of_the_training() -> None:
    deployment.after_training(training_of(SECOND, 3.0))
    cycle(1, 4.6, reference={"trim_mae": 5.0, "process_match": 0.9})
    assert active() == SECOND


@pytest.mark.usefixtures("first", "automatic")
def test_a_probation_is_held_against_the_items_that_both_were_compared_on() -> None:
    overall = {"trim_mae_before": 2.0, "process_match_before": 0.95}
    metrics = {"comparison": {"overall": overall}}
    job = training_of(SECOND, 3.0, verdict={"wins": True}, metrics=metrics)
    deployment.after_training(job)
    row = probation()
    assert row
    assert row.reference == {"trim_mae": 2.0, "process_match": 0.95}


@pytest.mark.usefixtures("first", "automatic")
def test_a_cycle_without_figures_decides_nothing() -> None:
    deployment.after_training(training_of(SECOND, 3.0))
    for number in range(3):
        figures = {"trim_mae": None, "process_match": 0.95}
        deployment.judge(version=SECOND, figures=figures, cycle=str(number))
    row = probation()
    assert row, "what was not measured is never a pass"
    assert (active(), row.cycles) == (SECOND, [])


@pytest.mark.usefixtures("first", "automatic")
def test_a_figure_that_the_version_before_lacks_in_its_last_cycle_is_that_of_the_training() -> None:
    deployment.after_training(training_of(SECOND, 3.0))
    cycle(1, 4.6, reference={"trim_mae": None, "process_match": 0.9})
    assert active() == FIRST


@pytest.mark.usefixtures("first", "automatic")
def test_a_cycle_of_the_version_before_does_not_count(ana: User) -> None:
    deployment.after_training(training_of(SECOND, 3.0))
    deployment.judge(version=FIRST, figures={"trim_mae": 99.0}, cycle="1")
    assert active() == SECOND


@pytest.mark.usefixtures("first", "automatic")
def test_what_an_administrator_activated_in_the_meantime_stays(ana: User) -> None:
    deployment.after_training(training_of(SECOND, 3.0))
    versions.activate(make_version(THIRD), by=ana)
    row = cycle(1, 99.0)

    assert row
    assert (row.state, active()) == (ProbationState.ENDED, THIRD)


@pytest.mark.usefixtures("first", "automatic")
def test_when_the_version_before_cannot_come_back_the_cycle_is_not_harmed() -> None:
    deployment.after_training(training_of(SECOND, 3.0))
    spoil(FIRST)
    row = cycle(1, 99.0)

    assert row
    assert (row.state, active()) == (ProbationState.OPEN, SECOND)
