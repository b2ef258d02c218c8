"""Reads about jobs, for the pages and the API."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from registry.kinds import TRAIN
from registry.models import Job, JobLine
from training.models import Probation, ProbationState, RetrainingRequest

if TYPE_CHECKING:
    from registry.models.jobs import JobQuerySet
    from training.models.requests import RequestQuerySet

SHOWN_LINES = 500
"""Newest lines of a log that a page or a status shows; the log itself has them all."""


def listed(kind: str = TRAIN, state: str = "") -> JobQuerySet:
    """Return the jobs of a kind (all kinds when empty), newest first, in one state if wished."""
    jobs = Job.objects.order_by("-pk").defer("traceback")
    if kind:
        jobs = jobs.of(kind)
    return jobs.filter(state=state) if state else jobs


def waiting() -> JobQuerySet:
    """Return the trainings that wait, in the order in which they will begin."""
    return Job.objects.of(TRAIN).waiting()


def running() -> Job | None:
    """Return the training that runs; there is one at most."""
    return Job.objects.of(TRAIN).running().first()


def current() -> Job | None:
    """Return the training to look at: the one that runs, else the next, else the last one."""
    return running() or waiting().first() or Job.objects.of(TRAIN).order_by("-pk").first()


def newest_lines(job: Job, after: int = 0) -> list[JobLine]:
    """Return the newest lines of a job that come after a number, in order."""
    newest = job.lines.filter(number__gt=after).order_by("-number")[:SHOWN_LINES]
    return list(reversed(newest))


def requests(*, only_open: bool = False) -> RequestQuerySet:
    """Return the wishes for a retraining, newest first; open ones in the order of their turn."""
    rows = RetrainingRequest.objects.select_related("job")
    return rows.open() if only_open else rows.order_by("-pk")


def went_back(days: int) -> Probation | None:
    """Return the last probation, if its version went back within so many days."""
    rows = Probation.objects.select_related("version", "previous")
    last = rows.first()
    since = timezone.now() - timedelta(days=days)
    if last is None or last.state != ProbationState.ROLLED_BACK:
        return None
    return last if last.ended_at is not None and last.ended_at >= since else None


def probation() -> Probation | None:
    """Return the probation that is under way."""
    rows = Probation.objects.select_related("version", "previous")
    return rows.filter(state=ProbationState.OPEN).first()
