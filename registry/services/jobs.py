"""The life of a job: asked for, claimed by one worker, reported on, ended; or found lost.

Every step is an update "where the state is still what I saw": whatever the queue delivers twice,
whoever presses at the same time, a job runs once and ends once.
"""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.models import User
from registry import selectors
from registry.core.errors import RoutingMLError
from registry.core.progress import DETAIL
from registry.kinds import KINDS, LONG_JOBS
from registry.models import Job, JobState, Level
from registry.services import job_lines
from registry.services.queueing import hand_over

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)

RUN = "registry.tasks.run_job"
ENDED = "registry.tasks.job_ended"
LOST_AFTER = timedelta(seconds=30)
"""Silence after which a running job's worker is taken for gone; it shows itself every 2 s."""
OFFER_AGAIN = timedelta(seconds=60)
"""Time after which a waiting job that could run, or what follows an end, is handed to the queue
once more."""
FOLLOWED_WITHIN = timedelta(days=1)
"""Time after which what follows an end is no longer tried."""
NEWEST_KEPT = 100
STARTS, LOADS = "starting its process", "loading the program"
"""Steps in which a job's own process cannot speak yet: its worker tells what it has computed."""
GONE = "The worker that ran this job has gone. Nothing of it was kept; start it again."
LEVELS = {JobState.FAILED: Level.WARNING, JobState.ERRORED: Level.ERROR, JobState.LOST: Level.ERROR}

Actor = User | str | None


class JobUnknown(RoutingMLError):
    """There is no job of that number."""

    code = "job_unknown"


class JobOver(RoutingMLError):
    """The job has ended: there is nothing to cancel."""

    code = "job_over"


class JobOpen(RoutingMLError):
    """The job has not ended: there is nothing to retry."""

    code = "job_open"


def enqueue(
    kind: str, parameters: Mapping[str, Any], *, by: Actor, retry_of: Job | None = None
) -> Job:
    """Store a job and hand it to the queue once the transaction is over."""
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind,
            parameters=dict(parameters),
            alone=KINDS[kind].alone,
            asked_by=str(by or audit.SYSTEM),
            retry_of=retry_of,
        )
        again = f", again after job {retry_of.pk}" if retry_of else ""
        job_lines.add(job, f"asked for by {job.asked_by}{again}")
        audit.record(
            action="registry.job.asked",
            by=by,
            target=str(job),
            after={"parameters": job.parameters, "retry_of": retry_of.pk if retry_of else None},
        )
        transaction.on_commit(partial(_offer, job))
    return job


def place(job: Job) -> int:
    """Return how many jobs go before this one begins; 0 when it is next or has begun."""
    if not job.is_waiting or not job.alone:
        return 0
    same = Job.objects.of(job.kind)
    return same.waiting().filter(pk__lt=job.pk).count() + same.running().count()


def claim(number: int) -> Job | None:
    """Take a waiting job for this worker; None when it is not to run, or not yet.

    A message of the queue that comes twice finds the job taken.  A job that runs alone waits for
    the ones before it; it is handed to the queue again when they have ended.
    """
    job = Job.objects.filter(pk=number).first()
    if job is None or place(job):
        return None
    now, token = timezone.now(), secrets.token_hex(16)
    try:
        with transaction.atomic():
            taken = Job.objects.waiting().filter(pk=number).update(
                state=JobState.RUNNING, claim=token, started_at=now, heartbeat_at=now, step=STARTS
            )  # fmt: skip
    except IntegrityError:  # another one that runs alone was claimed in this very moment
        return None
    if not taken:
        return None
    job.refresh_from_db()
    job_lines.add(job, "started")
    return job


def held(number: int, token: str) -> Job | None:
    """Return a running job if this is still the claim that holds it."""
    return Job.objects.running().filter(pk=number, claim=token).first()


def beat(job: Job, computed: float = 0.0) -> bool:
    """Show a sign of life; False when the job is no longer this worker's.

    Args:
        job: which the worker holds.
        computed: seconds of a processor that the job's process has used; told as long as that
            cannot say itself how far it is.
    """
    if not _mine(job).update(heartbeat_at=timezone.now()):
        return False
    step = Job.objects.values_list("step", flat=True).get(pk=job.pk)
    begun = step.partition(DETAIL)[0]
    if begun in (STARTS, LOADS):
        told = f"{begun}{DETAIL}{computed:.1f} s of computing"
        _mine(job).filter(step=step).update(step=told)
    return True


def report(job: Job, percent: int, step: str) -> None:
    """Store how far the job is; a new step becomes a line, a new detail of the same does not."""
    begun = step.partition(DETAIL)[0]
    is_new = begun != job.step.partition(DETAIL)[0]
    job.progress, job.step = percent, step[:200]
    if _mine(job).update(progress=job.progress, step=job.step) and is_new:
        job_lines.add(job, f"{percent} % {begun}")


def cancel_asked(job: Job) -> bool:
    """Return whether somebody wants the job to stop, or it is no longer this worker's."""
    return not _mine(job).filter(cancel_at=None).exists()


def succeed(job: Job, result: Mapping[str, Any]) -> bool:
    """End a job well."""
    return _end(job, JobState.SUCCEEDED, "succeeded", result=dict(result), progress=100)


def fail(job: Job, reason: str, *, traceback: str = "") -> bool:
    """End a job with a reason for people, or as a bug with its traceback for the engineer."""
    state = JobState.ERRORED if traceback else JobState.FAILED
    return _end(job, state, f"{state}: {reason}", error=reason, traceback=traceback)


def break_off(job: Job) -> bool:
    """End a running job that was to stop."""
    job.refresh_from_db(fields=["cancel_by"])
    return _end(job, JobState.CANCELLED, f"cancelled by {job.cancel_by or audit.SYSTEM}")


def interrupt(job: Job, reason: str, *, traceback: str = "") -> bool:
    """End a job from which its database was taken; it is started once more, whatever its kind."""
    return _lose(job, _mine(job), reason, again=True, traceback=traceback)


def cancel(job: Job, *, by: Actor) -> Job:
    """End a waiting job now; ask a running one to stop, which takes at most two seconds.

    Raises:
        JobOver: when it has ended already.
    """
    now, who = timezone.now(), str(by or audit.SYSTEM)
    asked = {"cancel_at": now, "cancel_by": who}
    with transaction.atomic():
        waited = Job.objects.waiting().filter(pk=job.pk).update(
            state=JobState.CANCELLED, finished_at=now, offered_at=now, **asked
        )  # fmt: skip
        runs = Job.objects.running().filter(pk=job.pk)
        first = waited or runs.filter(cancel_at=None).update(**asked)
        if not first and not runs.exists():
            raise JobOver(f"Job {job.pk} has ended already.", job_id=job.pk)
        if first:
            audit.record(action="registry.job.cancelled", by=by, target=str(job))
            job_lines.add(job, f"{'cancelled' if waited else 'cancel asked'} by {who}")
        if waited:
            transaction.on_commit(partial(offer_next, job.kind))
            hand_over(ENDED, job.pk)
    job.refresh_from_db()
    return job


def retry(job: Job, *, by: Actor) -> Job:
    """Ask for the same once more, as a new job that names this one.

    Raises:
        JobOpen: when it has not ended.
    """
    if job.is_open:
        raise JobOpen(f"Job {job.pk} has not ended yet.", job_id=job.pk)
    return enqueue(job.kind, job.parameters, by=by, retry_of=job)


def reap() -> list[Job]:
    """End the jobs whose worker has gone, and hand to the queue again what it may have lost."""
    limit = timezone.now() - LOST_AFTER
    silent = Job.objects.running().filter(heartbeat_at__lt=limit)
    lost = [job for job in silent if _lose_if_silent(job, limit)]
    for kind in KINDS:
        offer_next(kind, older_than=OFFER_AGAIN)
    _follow_again()
    return lost


def offer_next(kind: str, older_than: timedelta = timedelta(0)) -> None:
    """Hand the next waiting job of a kind to the queue, unless it cannot run yet."""
    waiting = Job.objects.of(kind).waiting()
    job = waiting.first()
    if job is None or place(job):
        return
    now = timezone.now()
    if waiting.filter(pk=job.pk, offered_at__lte=now - older_than).update(offered_at=now):
        _offer(job)


def _follow_again() -> None:
    """Hand to the queue what follows ends and was not done: a broker was away, a worker killed."""
    now = timezone.now()
    left = Job.objects.unfollowed().filter(
        offered_at__lte=now - OFFER_AGAIN, finished_at__gt=now - FOLLOWED_WITHIN
    )
    for job in left:
        if left.filter(pk=job.pk).update(offered_at=now):
            hand_over(ENDED, job.pk)


def prune() -> int:
    """Remove jobs that ended long ago, with lines and files, but not the newest 100."""
    newest = list(Job.objects.values_list("pk", flat=True)[:NEWEST_KEPT])
    if len(newest) < NEWEST_KEPT:
        return 0
    kept = timedelta(days=selectors.iter_training().logging.keep_days)
    old = Job.objects.ended().filter(pk__lt=newest[-1], finished_at__lt=timezone.now() - kept)
    jobs = list(old)
    for job in jobs:
        job_lines.file_of(job).unlink(missing_ok=True)
        job.delete()
    return len(jobs)


def named(number: int, kind: str | None = None) -> Job:
    """Return a job.

    Raises:
        JobUnknown: when there is none of that number (and kind).
    """
    job = Job.objects.filter(pk=number, **({"kind": kind} if kind else {})).first()
    if job is None:
        raise JobUnknown(f"There is no job {number}.", job_id=number)
    return job


def _mine(job: Job) -> Any:
    return Job.objects.running().filter(pk=job.pk, claim=job.claim)


def _offer(job: Job) -> None:
    """Hand a job to the queue, which is asked again later if it is away."""
    cluster = LONG_JOBS if KINDS[job.kind].long else None
    hand_over(RUN, job.pk, cluster=cluster)


def _end(job: Job, state: JobState, message: str, **values: Any) -> bool:
    """End a job that this claim holds; False when somebody else has ended it."""
    with transaction.atomic():
        now = timezone.now()
        if not _mine(job).update(state=state, finished_at=now, offered_at=now, **values):
            return False
        job_lines.add(job, message, LEVELS.get(state, Level.INFO))
        transaction.on_commit(partial(offer_next, job.kind))
        hand_over(ENDED, job.pk)
    job.refresh_from_db()
    log.info("job.ended", extra={"job": job.pk, "kind": job.kind, "state": state})
    return True


def _lose_if_silent(job: Job, limit: Any) -> bool:
    """End a job as lost if its worker is still silent; start it again if its kind allows once."""
    silent = Job.objects.running().filter(pk=job.pk, claim=job.claim, heartbeat_at__lt=limit)
    return _lose(job, silent, GONE, again=KINDS[job.kind].again)


def _lose(job: Job, rows: Any, reason: str, *, again: bool, **values: Any) -> bool:
    """End a job as lost, and start it once more if it may.

    Args:
        job: as it was seen.
        rows: the job, as long as it is still to be lost.
        reason: why it is.
        again: whether it may be started once more.
        values: what else is stored with it.
    """
    with transaction.atomic():
        now, values = timezone.now(), values | {"state": JobState.LOST, "error": reason}
        if not rows.update(finished_at=now, offered_at=now, **values):
            return False
        job_lines.add(job, f"lost: {reason}", Level.ERROR)
        audit.record(action="registry.job.lost", by=None, target=str(job))
        if again and job.retry_of_id is None:
            enqueue(job.kind, job.parameters, by=job.asked_by, retry_of=job)
        transaction.on_commit(partial(offer_next, job.kind))
        hand_over(ENDED, job.pk)
    return True
