"""What the worker calls for predictions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prediction.services import batch_jobs, export_jobs
from registry.services.job_progress import JobProgress

if TYPE_CHECKING:
    from registry.models import Job


def predict_batch(job: Job) -> dict[str, Any]:
    """Answer a long list of items; return what the job's page shows."""
    return batch_jobs.run(job, JobProgress(job))


def export_batch(job: Job) -> dict[str, Any]:
    """Write a batch as an output profile says; return what the job's page shows."""
    return export_jobs.run(job, JobProgress(job))
