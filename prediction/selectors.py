"""Reads of what was asked before."""

from __future__ import annotations

from prediction.models import Channel, PredictionRequest, PredictionRequestQuerySet


def history() -> PredictionRequestQuerySet:
    """Return every request, newest first, without its content."""
    return PredictionRequest.objects.all().without_content().newest_first()


def recent_of(person: str, limit: int = 8) -> list[PredictionRequest]:
    """Return what a person asked last; the parts of a batch are found under the batch."""
    return list(history().filter(asked_by=person).exclude(channel=Channel.BATCH)[:limit])
