"""A job as server-sent events: its log lines, how far it is, and its end."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import get_language, override

from registry import job_words, numbers
from registry.models import Job
from registry.services import job_lines, jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SECONDS = 25.0
"""Time after which a stream ends; the reader comes back with the number of the last line it has."""
POLL_SECONDS = 0.5
QUIET_SECONDS = 5.0
"""A stream says at least something so often: only then does the server notice a reader who left."""
RETRY_MILLISECONDS = 1000
SEATS = threading.BoundedSemaphore(max(settings.SERVE_THREADS // 2, 1))
"""Each stream keeps a thread of the server, so at most half of them are lent out."""


def number_of(text: str | None) -> int:
    """Return the line that a reader has last; what is no number means none."""
    return numbers.whole(text) or 0


def stream(number: int, after: int) -> Iterator[str]:
    """Return events from line ``after`` on, until the job ends or the time is over.

    They are told in the language of whoever asks now.  A reader for whom no thread is left gets
    what there is and comes back a moment later.
    """
    return _stream(number, after, get_language())


def _stream(number: int, after: int, language: str | None) -> Iterator[str]:
    yield f"retry: {RETRY_MILLISECONDS}\n\n"
    has_seat = SEATS.acquire(blocking=False)
    try:
        yield from _events(number, after, LONGEST_SECONDS if has_seat else 0.0, language)
    finally:
        if has_seat:
            SEATS.release()


def _summary(job: Job, language: str | None) -> dict[str, Any]:
    """Return how a job stands."""
    return {
        "job_id": job.pk,
        "status": job.state,
        "progress": job.progress,
        "current_step": _said(job.step, language),
        "place": jobs.place(job),
    }


def _said(text: str, language: str | None) -> str:
    with override(language):
        return job_words.said(text)


def _events(number: int, after: int, seconds: float, language: str | None) -> Iterator[str]:
    end = time.monotonic() + seconds
    told: dict[str, Any] = {}
    quiet_since = time.monotonic()
    while job := Job.objects.filter(pk=number).first():
        for line in job_lines.after(job, after):  # read after the state: an end has its last line
            after = line.number
            yield _event("line", line.to_json(), identity=after)
        now = _summary(job, language)
        if now != told:
            told, quiet_since = now, time.monotonic()
            yield _event("progress", now)
        if not job.is_open:
            yield _event("end", now | {"error": _said(job.error, language)})
            return
        if time.monotonic() >= end:
            return
        if time.monotonic() - quiet_since >= QUIET_SECONDS:
            quiet_since = time.monotonic()
            yield ": still here\n\n"
        time.sleep(POLL_SECONDS)


def _event(name: str, data: dict[str, Any], identity: int | None = None) -> str:
    head = "" if identity is None else f"id: {identity}\n"
    return f"{head}event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
