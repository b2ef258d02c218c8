"""Removes the files of old versions; their rows, figures and history stay."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts import audit
from registry import selectors, store
from registry.core import pgvector
from registry.models import Activation, ModelVersion, VersionState

if TYPE_CHECKING:
    from registry.models.versions import ModelVersionQuerySet
    from registry.services.versions import Actor

log = logging.getLogger(__name__)

NEWEST_KEPT = 3
GONE = (VersionState.ACTIVE, VersionState.REMOVED)


def prune_versions(*, by: Actor = None) -> list[str]:
    """Remove versions that are older than the settings say; return their names.

    Never the active one, nor the one that a roll back would bring back, nor the newest three, nor
    the last three that were live.  A folder that never became a version goes as well.
    """
    limit = timezone.now() - timedelta(days=selectors.iter_training().schedule.version_days)
    old = ModelVersion.objects.filter(_untouched_since(limit)).exclude(state__in=GONE)
    removed = [row.name for row in old.exclude(pk__in=_kept()) if _mark(row, by)]
    for name in _left_over(removed):
        store.remove(name)
    _remove_unregistered()
    if settings.VECTORS_URL:
        _drop_vectors()
    return removed


def _remove_unregistered() -> None:
    """Remove what a process left that was killed after publishing a version, before its row."""
    for name in store.unsettled():
        if not ModelVersion.objects.filter(name=name).exists():
            store.remove(name)
            log.warning("registry.version.unregistered_removed", extra={"version": name})
        store.settle(name)


def _drop_vectors() -> None:
    """Drop the vectors of removed versions from the database that searches, if it answers."""
    kept = ModelVersion.objects.exclude(state=VersionState.REMOVED).values_list("name", flat=True)
    try:
        dropped = pgvector.drop_unused(settings.VECTORS_URL, set(kept))
    except pgvector.SearchUnavailable as error:
        log.warning("registry.vectors.kept", extra={"reason": error.message})
        return
    log.info("registry.vectors.dropped", extra={"tables": len(dropped)})


def _untouched_since(limit: object) -> Q:
    """Return the versions made, and if ever live then activated, before a moment."""
    return Q(created_at__lt=limit) & (Q(activated_at=None) | Q(activated_at__lt=limit))


def _kept() -> set[int]:
    """Return the versions that stay however old they are."""
    newest = ModelVersion.objects.order_by("-created_at", "-pk").values_list("pk", flat=True)
    live: set[int] = set()
    for pk in Activation.objects.newest_first().values_list("version_id", flat=True).iterator():
        live.add(pk)
        if len(live) == NEWEST_KEPT:
            break
    target = selectors.roll_back_target()
    return {*newest[:NEWEST_KEPT], *live, *([target.pk] if target else [])}


def _mark(version: ModelVersion, by: Actor) -> bool:
    """Set a version to removed, unless it was activated in this very moment."""
    seen: ModelVersionQuerySet = ModelVersion.objects.filter(pk=version.pk, state=version.state)
    with transaction.atomic():
        if not seen.update(state=VersionState.REMOVED):
            return False
        audit.record(
            action="registry.version.removed", by=by, target=version.name, before=version.state
        )
    log.info("registry.version.removed", extra={"version": version.name})
    return True


def _left_over(removed: list[str]) -> list[str]:
    """Return what has to go: also what an earlier pruning that was broken off left behind."""
    rows = ModelVersion.objects.filter(state=VersionState.REMOVED).values_list("name", flat=True)
    return sorted({*removed, *(name for name in rows if store.version_path(name).exists())})
