"""What workers call for jobs: claim the row, run the work in a child process, watch over it.

The child process gives its memory back when it ends, can be stopped at any moment, and may use
processes of its own, which django-q's workers may not.  It ends by itself when its standard input
closes, so none outlives its worker.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import time
import traceback
from contextvars import copy_context
from functools import partial
from typing import Any

import psutil
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from django.utils.module_loading import import_string

from registry import context
from registry.core.errors import RoutingMLError
from registry.core.progress import Cancelled
from registry.models import Job
from registry.services import jobs, notices, outages, pruning

log = logging.getLogger(__name__)

POLL_SECONDS = 0.2
BEAT_SECONDS = 2.0
GRACE_SECONDS = 1.0
"""Time a computation has to stop at its next report, before its process is ended."""
AWAY = "The database went away while this job ran: nothing of it was kept."
PATIENCE_SECONDS = 120.0
"""Time that an end waits for a database that is away."""


def run_job(number: int) -> None:
    """Run a job to its end, if it is waiting and its turn has come."""
    job = jobs.claim(number)
    if job is None:
        log.info("job.not_claimed", extra={"job": number})
        return
    process = _start_child(job)
    try:
        was_away = _watch(job, process)
    finally:
        _stop(process)
    end = partial(_conclude, job, process.returncode, was_away=was_away)
    outages.outlast(end, PATIENCE_SECONDS)


def reap_jobs() -> None:
    """End what is lost."""
    jobs.reap()


def prune_jobs() -> None:
    """Remove what is old."""
    jobs.prune()


def prune_versions() -> list[str]:
    """Remove the files of old versions."""
    return pruning.prune_versions()


def heartbeat() -> None:
    """Write down that a worker runs, and how much waits for it."""
    waiting, running = Job.objects.waiting().count(), Job.objects.running().count()
    log.info("worker.heartbeat", extra={"waiting": waiting, "running": running})


def job_ended(number: int) -> None:
    """Tell how a job ended, and let the app that it belongs to draw its conclusions.

    The queue may deliver this twice, and does when it was cut off the first time.
    """
    job = Job.objects.unfollowed().filter(pk=number).first()
    if job is None:
        return
    if path := settings.JOB_FOLLOWERS.get(job.kind):
        import_string(path)(job)
    notices.of_job(job)
    Job.objects.filter(pk=number).update(followed_at=timezone.now())


def send_notice(title: str, text: str) -> None:
    """Send a notice by every configured way."""
    notices.send(title, text)


def execute(job: Job) -> None:
    """Do the work of a claimed job in this process and store how it ended."""
    copy_context().run(_execute, job)


def _execute(job: Job) -> None:
    context.job_id.set(str(job.pk))
    context.actor.set(job.asked_by)
    jobs.report(job, 0, jobs.LOADS)
    try:
        result = import_string(settings.JOB_HANDLERS[job.kind])(job)
    except Cancelled:
        end = partial(jobs.break_off, job)
    except RoutingMLError as error:
        end = partial(jobs.fail, job, error.message)
    except (OperationalError, InterfaceError) as error:
        reason = f"{AWAY} ({' '.join(str(error).split())})"
        end = partial(jobs.interrupt, job, reason, traceback=traceback.format_exc())
    except Exception as error:  # a bug of any kind must end the job with its traceback
        log.exception("job.broke_down", extra={"job": job.pk})
        reason = f"{type(error).__name__}: {error}"
        end = partial(jobs.fail, job, reason, traceback=traceback.format_exc())
    else:
        end = partial(jobs.succeed, job, result)
    outages.outlast(end, PATIENCE_SECONDS)


def _start_child(job: Job) -> subprocess.Popen[bytes]:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_job", str(job.pk)]
    return subprocess.Popen(  # noqa: S603 -- our own command line
        [*command, "--claim", job.claim], stdin=subprocess.PIPE
    )


def _watch(job: Job, process: subprocess.Popen[Any]) -> bool:
    """Show signs of life until the child ends, or has to be ended.

    Returns whether the database was away in the meantime.
    """
    next_beat, last_moment = time.monotonic() + BEAT_SECONDS, float("inf")
    was_away = False
    while _runs(process) and time.monotonic() < last_moment:
        now = time.monotonic()
        asked = outages.unless_away(partial(jobs.cancel_asked, job), None)
        was_away = was_away or asked is None
        if last_moment == float("inf") and asked:
            last_moment = now + GRACE_SECONDS
        if now >= next_beat:
            next_beat = now + BEAT_SECONDS
            beat = partial(jobs.beat, job, _computed(process))
            if not outages.unless_away(beat, otherwise=True):
                break
    return was_away


def _computed(process: subprocess.Popen[Any]) -> float:
    """Return the seconds of a processor that the child has used."""
    try:
        used = psutil.Process(process.pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(used.user + used.system)


def _runs(process: subprocess.Popen[Any]) -> bool:
    """Wait a moment; return whether the child still runs."""
    try:
        process.wait(POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return True
    return False


def _stop(process: subprocess.Popen[Any]) -> None:
    """End the child, whatever it is doing."""
    if process.poll() is None:
        process.kill()
        process.wait()
    if process.stdin:
        process.stdin.close()


def _conclude(job: Job, code: int, *, was_away: bool) -> None:
    """Store an end for a child that could not do so itself; one that did is left alone."""
    if jobs.held(job.pk, job.claim) is None:
        return
    if jobs.cancel_asked(job):
        jobs.break_off(job)
        return
    if was_away:
        jobs.interrupt(job, AWAY)
        return
    reason = f"The process of this job ended by itself with code {code}."
    hint = "Killed from outside, or out of memory: see the worker's output."
    jobs.fail(job, reason, traceback=f"{reason} {hint}")
