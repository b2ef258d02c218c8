"""What workers do for quality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quality.models import GONE, STOPPED, CycleState, QualityCycle
from quality.services import consequences, drift, reports, settings
from registry import selectors
from registry.kinds import QUALITY_CYCLE
from registry.models import JobState
from registry.services import jobs
from registry.services.job_progress import JobProgress

if TYPE_CHECKING:
    from registry.models import Job


def run_cycle(job: Job) -> dict[str, Any]:
    """Run a quality cycle as the job's parameters say; return what the job's page shows."""
    from quality.services import cycles  # with pandas: loaded where a cycle runs, not where named

    asked = job.parameters
    cycle = cycles.execute(
        wanted=settings.current(
            sample_size=asked.get("sample_size"),
            strategy=asked.get("strategy"),
            seed=asked.get("seed"),
        ),
        progress=JobProgress(job),
        by=job.asked_by,
        job=job,
    )
    return {
        "cycle": cycle.pk,
        "state": str(cycle.state),
        "reason": cycle.reason,
        "alerts": cycle.alerts_raised,
    }


def cycle_ended(job: Job) -> None:
    """End the cycle of a job whose process was ended before it could do so itself."""
    state, reason = CycleState.FAILED, GONE
    if job.state == JobState.CANCELLED:
        state, reason = CycleState.CANCELLED, STOPPED
    for cycle in QualityCycle.objects.filter(job=job, state=CycleState.RUNNING):
        if QualityCycle.objects.filter(pk=cycle.pk).end_left_behind(state, reason):
            cycle.refresh_from_db()
            reports.note(cycle)


def daily_cycle() -> None:
    """Ask for the cycle of the day, unless the settings say that there is none."""
    if selectors.iter_training().schedule.daily_cycle:
        jobs.enqueue(QUALITY_CYCLE, {}, by=None)


def check_drift() -> None:
    """Look at the live answers, and ask for a retraining when they say so."""
    drift.check()
    consequences.ask_after_drift()


def prune_drift() -> int:
    """Remove looks at drift that nobody asks about any more."""
    return drift.prune()
