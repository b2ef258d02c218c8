"""The progress of a computation, stored in its job; and the way to stop it."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from registry.core.progress import Cancelled
from registry.services import jobs, outages

if TYPE_CHECKING:
    from registry.models import Job

SECONDS = 0.4
"""Pause between two writes: a computation may report a thousand times a second."""


class JobProgress:
    """Implements ``registry.core.progress.Progress`` for a running job."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._next = 0.0

    def report(self, share: float, step: str) -> None:
        """Store how far it is; the end is always stored, and nothing stops what is done.

        While the database does not answer, nothing is stored and the computation goes on.

        Raises:
            Cancelled: when somebody asked for the job to stop.
        """
        now = time.monotonic()
        if now < self._next and share < 1:
            return
        self._next = now + SECONDS
        outages.unless_away(partial(self._store, share, step), None)

    def _store(self, share: float, step: str) -> None:
        if share < 1 and jobs.cancel_asked(self._job):
            raise Cancelled("The job was cancelled.")
        jobs.report(self._job, int(min(max(share, 0.0), 1.0) * 100), step)
