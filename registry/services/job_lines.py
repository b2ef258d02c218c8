"""What a job says while it runs: the same lines in the database and in a file of its own."""

from __future__ import annotations

import logging
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from registry.models import Job, JobLine, Level

log = logging.getLogger(__name__)
TRIES = 20
LONGEST = 2000


def add(job: Job, message: str, level: Level = Level.INFO) -> None:
    """Add a line for each line of the message; numbers follow in the order of commits."""
    for text in message.splitlines() or [""]:
        line = _store(job, text[:LONGEST], level)
        _append(job, str(line))


def after(job: Job, number: int) -> list[JobLine]:
    """Return the lines after a number, in order."""
    return list(job.lines.filter(number__gt=number).order_by("number"))


def file_of(job: Job) -> Path:
    """Return where the job's log file is."""
    return Path(settings.DATA_DIR) / "logs" / "jobs" / f"{job.pk}.log"


def _store(job: Job, text: str, level: Level) -> JobLine:
    """Write a line under the next number; when another process took that, under the one after."""
    for _try in range(TRIES):
        last = job.lines.aggregate(last=Max("number"))["last"] or 0
        try:
            with transaction.atomic():
                return job.lines.create(number=last + 1, level=level, message=text)
        except IntegrityError:
            continue
    raise IntegrityError(f"no number for a line of job {job.pk} after {TRIES} tries")


def _append(job: Job, text: str) -> None:
    """Write to the file; a full disk there must not end the job."""
    path = file_of(job)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as error:
        log.warning("job.log_file.failed", extra={"path": str(path), "reason": str(error)})
