"""Drift of the live answers against the baseline of the version that gives them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from accounts import audit
from prediction.models import Channel, PredictionRequest
from quality.core import drift as core
from quality.core.alerts import Rule
from quality.core.drift import Band, Event, Moved
from quality.models import Alert, DriftCheck, DriftReset
from registry import selectors
from registry.core.confidence import histogram

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import User

MOST_LOOKS = 1_500
"""Looks that are told one by one, the newest; a week has a thousand."""
KEPT = timedelta(days=180)
"""Time for which looks that found nothing new are kept."""
ERROR_DRIFT = (Rule.PLANT_SHIFT, Rule.MODEL_ERROR, Rule.TRIM_MAE)
"""Alerts of a cycle that say the times no longer fit."""


@dataclass(frozen=True)
class Baseline:
    """Histograms of a version's answers when nothing had changed yet.

    ``similarity`` and ``confidence`` are those about items it had not seen, the others those about
    its own items, each without itself; empty where nobody knows.
    """

    similarity: Sequence[int]
    confidence: Sequence[int]
    known_similarity: Sequence[int] = ()
    known_confidence: Sequence[int] = ()


@dataclass(frozen=True)
class Stream:
    """The newest live answers of a version, oldest first."""

    similarity: list[float]
    confidence: list[float]


def baseline_of(version: str) -> Baseline | None:
    """Return how a version answered when it was trained, None where it could not be asked."""
    trained = selectors.version_named(version).metrics.get("unseen")
    return Baseline(**trained) if trained else None


def check() -> DriftCheck | None:
    """Look at the newest answers; None without an active version, or when nothing was asked."""
    active = selectors.active_version()
    if active is None:
        return None
    baseline = baseline_of(active.name)
    stream = live(active.name)
    if baseline is None or not stream.similarity:
        return None
    similarity = core.look(stream.similarity, baseline.similarity, baseline.known_similarity)
    confidence = core.look(stream.confidence, baseline.confidence, baseline.known_confidence)
    band = max(similarity.band, confidence.band, key=list(Band).index)
    with transaction.atomic():
        return DriftCheck.objects.create(
            model_version=active.name,
            answers=similarity.answers,
            similarity=similarity.value,
            similarity_limit=similarity.limit,
            confidence=confidence.value,
            confidence_limit=confidence.limit,
            band=str(band),
            is_event=_is_event([similarity, confidence], band),
            seen={
                "similarity": histogram(stream.similarity),
                "confidence": histogram(stream.confidence),
            },
        )


def prune() -> int:
    """Remove looks of long ago that were no events; return how many.  There are 144 a day."""
    old = DriftCheck.objects.filter(at__lt=timezone.now() - KEPT, is_event=False)
    return old.delete()[0]


def live(version: str) -> Stream:
    """Return the newest answers of a version since the last reset.

    Known items do not count, and an item that is asked again with the same answer counts once: a
    file that is sent five times says no more about the plant than one that is sent once.
    """
    reset = DriftReset.objects.first()
    rows = PredictionRequest.objects.filter(model_version=version, leave_out=False)
    rows = rows.exclude(channel=Channel.QUALITY)
    if reset:
        rows = rows.filter(asked_at__gt=reset.at)
    told: dict[tuple[str, float, float], None] = {}
    results = rows.newest_first().values_list("results", flat=True)[: core.WINDOW]
    for result in results.iterator(chunk_size=100):
        for answer in result["answers"]:
            best = answer["candidates"][0] if answer["candidates"] else None
            if best and best["REFERENCE_ITEM_CD"] != answer["ITEM_CD"]:
                told[answer["ITEM_CD"], best["SIMILARITY_SCORE"], best["CONFIDENCE"]] = None
        if len(told) >= core.WINDOW:
            break
    newest = list(told)[: core.WINDOW][::-1]
    return Stream([one[1] for one in newest], [one[2] for one in newest])


def status() -> dict[str, Any]:
    """Return how far the live answers have moved, and whether to train again."""
    last = DriftCheck.objects.first()
    events = events_since(counted_since())
    moved = Alert.objects.open().filter(rule__in=[str(rule) for rule in ERROR_DRIFT])
    reasons = core.retrain_reasons(events, now=timezone.now(), error_drift=moved.exists())
    return {
        "checked_at": last.at if last else None,
        "model_version": last.model_version if last else "",
        "answers": last.answers if last else 0,
        "band": last.band if last else str(Band.NONE),
        "similarity": last.similarity if last else None,
        "similarity_limit": last.similarity_limit if last else None,
        "confidence": last.confidence if last else None,
        "confidence_limit": last.confidence_limit if last else None,
        "events": len(events),
        "should_retrain": bool(reasons),
        "reasons": list(reasons),
    }


def summary(days: int) -> dict[str, Any]:
    """Return how many looks and events some days had, and the newest looks."""
    since = timezone.now() - timedelta(days=days)
    rows = DriftCheck.objects.filter(at__gte=since)
    return {
        "days": days,
        "checks": rows.count(),
        "events": rows.events().count(),
        "bands": {str(band): rows.filter(band=str(band)).count() for band in Band},
        "rows": list(rows[:MOST_LOOKS]),
    }


def counted_since() -> datetime:
    """Return from when on drift counts: some days back, or since somebody started anew."""
    since = timezone.now() - timedelta(days=core.RETRAIN_DAYS)
    reset = DriftReset.objects.first()
    return max(since, reset.at) if reset else since


def events_since(since: datetime) -> list[Event]:
    """Return the events since a moment and the last reset."""
    reset = DriftReset.objects.first()
    since = max(since, reset.at) if reset else since
    rows = DriftCheck.objects.events().filter(at__gte=since).order_by("at")
    return [Event(row.at, row.band == str(Band.SEVERE)) for row in rows]


def reset(*, by: User | str, note: str = "") -> DriftReset:
    """Start anew: what was asked and noticed before no longer counts."""
    with transaction.atomic():
        row = DriftReset.objects.create(by=str(by)[:254], note=note[:500])
        audit.record(action="quality.drift.reset", by=by, target="drift", after={"note": note})
    return row


def _is_event(moved: Sequence[Moved], band: Band) -> bool:
    if not any(one.is_alarm for one in moved):
        return False
    now = timezone.now()
    return core.is_new_event(now, events_since(now - core.APART), is_severe=band is Band.SEVERE)
