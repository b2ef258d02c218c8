"""Reads of what was asked before."""

from __future__ import annotations

from django.db.models import F

from prediction.models import Channel, PredictionRequest, PredictionRequestQuerySet


def history() -> PredictionRequestQuerySet:
    """Return every request, newest first, without its content."""
    return PredictionRequest.objects.all().without_content().newest_first()


def recent_of(person: str, limit: int = 8) -> list[PredictionRequest]:
    """Return what a person asked last and was answered; a batch's parts are found under it."""
    answered = history().filter(asked_by=person, item_count__gt=F("error_count"))
    return list(answered.exclude(channel=Channel.BATCH)[:limit])
