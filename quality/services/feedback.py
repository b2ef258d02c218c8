"""What planners made of the proposals: how much of them they kept in the drafts they approved."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Avg, Count
from django.utils import timezone

from prediction.models import Draft, DraftState

if TYPE_CHECKING:
    from django.db.models import QuerySet


def approved(version: str, days: int) -> QuerySet[Draft]:
    """Return the drafts from a version's proposals that were approved within some days."""
    rows = Draft.objects.exclude(state=DraftState.OPEN).filter(model_version=version)
    return rows.filter(approved_at__gte=timezone.now() - timedelta(days=days))


def figures(version: str, days: int) -> dict[str, Any]:
    """Return how many there were, the mean share kept, and the mean number of changes."""
    return approved(version, days).aggregate(
        drafts=Count("pk"),
        adoption=Avg("adoption"),
        edit_distance=Avg("edit_distance"),
        retimed=Avg("retimed"),
    )
