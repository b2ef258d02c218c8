"""What the worker calls for trainings.

What learns is imported where it is called: every process that checks the settings imports this
module, and only the job's own process should load pandas and what else a training needs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from registry import selectors
from registry.services.job_progress import JobProgress
from training.core.specs import TrainingSpec
from training.models import Reason
from training.services import deployment, retraining
from training.services.starts import Strategy

if TYPE_CHECKING:
    from registry.models import Job

NAMED = 10
"""Items that ask for a full training and are named on the page; a file has them all."""


def train(job: Job) -> dict[str, Any]:
    """Make a version as the job's parameters say; return what the job's page shows.

    ``champion`` is the version that was active then: the one to compare with.
    """
    from training.services import runs

    champion = selectors.champion()
    does = _add if job.parameters.get("strategy") == Strategy.INCREMENTAL else _learn
    before = {"champion": champion.name if champion else None}
    try:
        return before | does(job)
    except runs.NothingChanged as error:
        told = {"version": error.extra["version"], "registered": False, "metrics": None}
        return before | told | {"skipped": error.message}


def _learn(job: Job) -> dict[str, Any]:
    """Learn everything anew."""
    from training.services import runs

    asked = job.parameters
    result = runs.execute(
        spec=replace(TrainingSpec(), seed=asked["seed"]),
        progress=JobProgress(job),
        name=asked["version_name"],
        sample=asked["sample_size"],
        dry_run=asked["dry_run"],
        only_if_changed=asked.get("only_if_changed", False),
        candidates=asked.get("candidates") or (),
        by=job.asked_by,
    )
    return {
        "version": result.name,
        "registered": result.version is not None,
        "metrics": result.metrics,
        "verdict": (result.metrics["comparison"] or {}).get("verdict"),
    }


def _add(job: Job) -> dict[str, Any]:
    """Add to the active version what came since."""
    from training.services import increments

    asked = job.parameters
    result = increments.execute(
        seed=asked["seed"],
        progress=JobProgress(job),
        name=asked["version_name"],
        dry_run=asked["dry_run"],
        by=job.asked_by,
    )
    return {
        "version": result.name,
        "registered": result.version is not None,
        "metrics": result.metrics,
        "added": result.grown.added,
        "waiting": result.waiting,
        "flagged": len(result.grown.flagged),
        "first_flagged": [one.code for one in result.grown.flagged[:NAMED]],
    }


def training_ended(job: Job) -> None:
    """Draw the conclusions of a training: what becomes of its version, and who is next."""
    deployment.note_what_is_kept(job)
    deployment.after_training(job)
    retraining.work_queue()


def monthly_training() -> None:
    """Ask for the training of the month, unless the settings say that there is none."""
    calendar = selectors.iter_training().schedule
    if calendar.monthly_training:
        retraining.request(
            reason=Reason.SCHEDULE,
            evidence={"month": f"{timezone.localdate():%Y-%m}"},
            sample_size=calendar.newest_items or None,
            by=None,
        )


def work_queue() -> None:
    """Take the retraining queue one step further."""
    retraining.work_queue()
