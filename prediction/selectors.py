"""Reads of what was asked before."""

from __future__ import annotations

from prediction.models import PredictionRequest, PredictionRequestQuerySet


def history() -> PredictionRequestQuerySet:
    """Return every request, newest first, without its content."""
    return PredictionRequest.objects.all().without_content().newest_first()


def recent_of(person: str, limit: int = 8) -> list[PredictionRequest]:
    """Return what a person asked last."""
    return list(history().filter(asked_by=person)[:limit])
