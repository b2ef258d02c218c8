"""The process in which a job's work is done."""

from __future__ import annotations

import os
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from registry import tasks
from registry.services import jobs

LEFT_ALONE = 3
"""Exit code when the worker has gone."""


class Command(BaseCommand):
    """Runs one claimed job; the worker starts this, nobody else."""

    help = "Run one claimed job (started by the worker)."
    requires_system_checks = ()  # the worker had them; they would load every page of the site

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the job and the claim that holds it."""
        parser.add_argument("number", type=int)
        parser.add_argument("--claim", required=True)

    def handle(self, *args: Any, number: int, claim: str, **options: Any) -> None:
        """Run it, unless somebody else holds it by now."""
        job = jobs.held(number, claim)
        if job is None:
            raise CommandError(f"Job {number} is not held by this claim.")
        threading.Thread(target=_end_with_worker, daemon=True).start()
        tasks.execute(job)


def _end_with_worker() -> None:
    """End this process at once when the worker's end of standard input closes."""
    while os.read(0, 1024):
        pass
    os._exit(LEFT_ALONE)
