"""From a training that wins to its return: real jobs, one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from accounts.models import AuditEvent
from quality.tests.conftest import Erp
from registry import selectors
from registry.kinds import QUALITY_CYCLE
from registry.models import Job, JobState, ModelVersion
from registry.services import config, jobs
from registry.tasks import execute, job_ended
from training import tasks as training_tasks
from training.models import ProbationState
from training.selectors import probation
from training.services import starts

if TYPE_CHECKING:
    from accounts.models import User
    from training.core.specs import TrainingSpec

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
RESULTS, HOURS = "BI_WORK_ORDER_RESULTS", "MACH_WORKED_HOURS"


def done(waiting: Job) -> Job:
    """Do a job and what follows from it, as a worker does."""
    job = jobs.claim(waiting.pk)
    assert job is not None
    execute(job)
    job_ended(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.SUCCEEDED, job.error
    return job


def measured() -> Job:
    """Run a quality cycle."""
    return done(jobs.enqueue(QUALITY_CYCLE, {"sample_size": 80, "seed": 3}, by=None))


def shop_takes(erp: Erp, factor: float) -> None:
    """Let every work result be so many times as long."""
    results = erp.read(RESULTS)
    results[HOURS] = results[HOURS].astype(float) * factor
    erp.write(RESULTS, results)


def active() -> str:
    champion = selectors.champion()
    return champion.name if champion else ""


def test_a_version_that_wins_goes_live_by_itself_and_goes_back_when_the_cycles_say_so(
    erp: Erp,
    active_version: ModelVersion,
    eva: User,
    tiny_spec: TrainingSpec,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(training_tasks, "TrainingSpec", lambda: tiny_spec)
    config.change_iter_training(
        values={"training": {"activation": "automatic", "candidates": ["boosting"]}}, by=eva
    )
    shop_takes(erp, 3.0)
    measured()
    assert active() == active_version.name, "no other version to go back to"
    job = done(starts.start(by="drift"))
    assert job.result["verdict"]["wins"], job.result["verdict"]
    assert active() == job.result["version"] != active_version.name
    assert probation() is not None

    measured()
    assert active() == job.result["version"], "a cycle as good as expected changes nothing"

    shop_takes(erp, 1 / 9.0)
    cycle = measured()
    assert active() == active_version.name
    assert probation() is None
    event = AuditEvent.objects.get(action=f"training.probation.{ProbationState.ROLLED_BACK}")
    assert event.target == job.result["version"]
    assert f"Quality cycle {cycle.result['cycle']}: typical error" in str(event.after)
    assert "more than the margin of 10%" in str(event.after)
