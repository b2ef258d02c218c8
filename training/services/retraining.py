"""The retraining queue: wishes wait in the database, and a training is started for one at a time.

Every step is an update "where the state is still what I saw", and the places in the queue are kept
apart by the database: whoever asks at the same time, no more wait than allowed, and none is lost.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from registry import selectors
from registry.core.artifacts import plain
from registry.core.errors import BadInput, RoutingMLError
from registry.models import Job, JobState
from registry.services.queueing import hand_over
from training.models import Reason, RequestState, RetrainingRequest
from training.services import starts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registry.services.jobs import Actor

log = logging.getLogger(__name__)

WORK = "training.tasks.work_queue"
FAILED = (JobState.FAILED, JobState.ERRORED, JobState.LOST)


def request(
    *,
    reason: str,
    evidence: Mapping[str, Any],
    by: Actor,
    items: Sequence[str] = (),
    sample_size: int | None = None,
) -> RetrainingRequest:
    """Store a wish for a retraining; it waits, or is set aside when enough wait already.

    Args:
        reason: one of ``Reason``.
        evidence: the figures that speak for it, shown as they are.
        by: who or what asks.
        items: codes of the items that led to it.
        sample_size: learn from the newest so many routed items only.

    Raises:
        BadInput: when the reason is none of the known ones.
    """
    if reason not in Reason.values:
        known = ", ".join(Reason.values)
        raise BadInput(f"A retraining cannot be asked for by {reason!r}: expected one of {known}.")
    values = {
        "reason": reason,
        "evidence": plain(dict(evidence)),
        "items": [str(item) for item in items],
        "sample_size": sample_size,
        "asked_by": str(by or audit.SYSTEM),
    }
    with transaction.atomic():
        row = _in_a_free_place(values) or RetrainingRequest.objects.create(
            **values, state=RequestState.DEFERRED
        )
        audit.record(
            action="training.retraining.asked",
            by=by,
            target=str(row),
            after={"state": row.state, "evidence": row.evidence},
        )
        hand_over(WORK)
    log.info("training.retraining.asked", extra={"request": row.pk, "state": row.state})
    return row


def work_queue() -> None:
    """Take note of the training that ran, let those set aside move up, start the next."""
    for row in RetrainingRequest.objects.in_state(RequestState.RUNNING).select_related("job"):
        _settle(row)
    _move_up()
    _start_next()


def withdraw(row: RetrainingRequest, *, by: Actor) -> bool:
    """Take a wish back that has not begun; False when it has."""
    seen = RetrainingRequest.objects.filter(
        pk=row.pk, state__in=(RequestState.WAITING, RequestState.DEFERRED)
    )
    with transaction.atomic():
        outcome = f"withdrawn by {by or audit.SYSTEM}"
        if not seen.update(**_over(RequestState.SKIPPED, outcome)):
            return False
        audit.record(action="training.retraining.withdrawn", by=by, target=str(row))
    row.refresh_from_db()
    return True


def _in_a_free_place(values: Mapping[str, Any]) -> RetrainingRequest | None:
    """Add a row in the first free place; None when all are taken and others came before."""
    if RetrainingRequest.objects.in_state(RequestState.DEFERRED).exists():
        return None
    for place in _free_places():
        try:
            with transaction.atomic():
                return RetrainingRequest.objects.create(
                    **values, state=RequestState.WAITING, place=place
                )
        except IntegrityError:  # somebody took this place in the very same moment
            continue
    return None


def _free_places() -> list[int]:
    """Return the places of the queue that nobody has."""
    most = selectors.iter_training().queue.most_waiting
    taken = set(
        RetrainingRequest.objects.in_state(RequestState.WAITING).values_list("place", flat=True)
    )
    return [place for place in range(1, most + 1) if place not in taken][: most - len(taken)]


def _move_up() -> None:
    """Let those set aside take the free places, the oldest first."""
    aside = list(RetrainingRequest.objects.in_state(RequestState.DEFERRED))
    for row, place in zip(aside, _free_places(), strict=False):
        try:
            with transaction.atomic():
                RetrainingRequest.objects.filter(pk=row.pk, state=RequestState.DEFERRED).update(
                    state=RequestState.WAITING, place=place
                )
        except IntegrityError:  # taken in the very same moment: next time
            return


def _start_next() -> None:
    """Start a training for the oldest wish whose time has come, unless one runs for another."""
    if RetrainingRequest.objects.in_state(RequestState.RUNNING).exists():
        return
    now = timezone.now()
    waiting = RetrainingRequest.objects.in_state(RequestState.WAITING)
    row = next((one for one in waiting if one.not_before is None or one.not_before <= now), None)
    if row is None:
        return
    try:
        with transaction.atomic():
            seen = RetrainingRequest.objects.filter(pk=row.pk, state=RequestState.WAITING)
            if not seen.update(
                state=RequestState.RUNNING, place=None, tries=row.tries + 1, outcome=""
            ):
                return
            job = starts.start(by=row.asked_by, sample_size=row.sample_size, only_if_changed=True)
            RetrainingRequest.objects.filter(pk=row.pk).update(job=job)
    except IntegrityError:  # another process started one in the very same moment
        log.info("training.retraining.overtaken", extra={"request": row.pk})
    except RoutingMLError as error:
        _end(row, RequestState.FAILED, error.message, seen=RequestState.WAITING)


def _settle(row: RetrainingRequest) -> None:
    """Write down how the training of a wish ended; one that failed is tried again."""
    job = row.job
    if job is not None and job.is_open:
        return
    if job is None:
        _end(row, RequestState.FAILED, "The job of this request is gone.")
    elif job.state in FAILED:
        _after_failure(row, job)
    elif job.state == JobState.CANCELLED:
        _end(row, RequestState.SKIPPED, f"its training was cancelled by {job.cancel_by}")
    elif job.result.get("skipped"):
        _end(row, RequestState.SKIPPED, str(job.result["skipped"]))
    else:
        _end(row, RequestState.DONE, f"version {job.result.get('version')}")


def _after_failure(row: RetrainingRequest, job: Job) -> None:
    """Set a failed wish back into the queue after a pause, or give it up."""
    queue = selectors.iter_training().queue
    if row.tries > queue.retries:
        _end(row, RequestState.FAILED, job.error)
        return
    pause = timedelta(seconds=queue.pause_seconds * 2 ** (row.tries - 1))
    RetrainingRequest.objects.filter(pk=row.pk, state=RequestState.RUNNING, job=job).update(
        state=RequestState.DEFERRED, not_before=timezone.now() + pause, outcome=job.error
    )


def _end(
    row: RetrainingRequest,
    state: RequestState,
    outcome: str,
    *,
    seen: RequestState = RequestState.RUNNING,
) -> None:
    """End a wish, if it still is as it was seen."""
    rows = RetrainingRequest.objects.filter(pk=row.pk, state=seen)
    with transaction.atomic():
        if rows.update(**_over(state, outcome)):
            audit.record(
                action=f"training.retraining.{state}", by=None, target=str(row), after=outcome
            )
            log.info("training.retraining.ended", extra={"request": row.pk, "state": state})


def _over(state: RequestState, outcome: str) -> dict[str, Any]:
    return {
        "state": state, "place": None, "outcome": outcome, "finished_at": timezone.now(),
    }  # fmt: skip
