"""What the worker calls for trainings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from registry.services.job_progress import JobProgress
from training.core.specs import TrainingSpec
from training.services import runs

if TYPE_CHECKING:
    from registry.models import Job


def train(job: Job) -> dict[str, Any]:
    """Train a version as the job's parameters say; return what the job's page shows."""
    asked = job.parameters
    result = runs.execute(
        spec=replace(TrainingSpec(), seed=asked["seed"]),
        progress=JobProgress(job),
        name=asked["version_name"],
        sample=asked["sample_size"],
        dry_run=asked["dry_run"],
        by=job.asked_by,
    )
    return {
        "version": result.name,
        "registered": result.version is not None,
        "metrics": result.metrics,
    }
