"""The deployer: which versions exist, which one answers, and the way back.

Every change is one transaction with its audit entry, and an update "where the state is still what I
saw": of two people who press at the same time, one is told so.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts import audit
from accounts.models import User
from registry import figures, selectors, store, telemetry
from registry.core import artifacts
from registry.core.errors import RoutingMLError
from registry.models import Activation, ActivationKind, ModelVersion, VersionState

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from registry.core.artifacts import Manifest

log = logging.getLogger(__name__)

LEAST_RECALL = 0.99
"""Share of the true nearest items that the search of a version must find to go live."""

Actor = User | str | None


class VersionNotReady(RoutingMLError):
    """The version may not go live; the message says why."""

    code = "version_not_ready"


class VersionConflict(RoutingMLError):
    """Somebody changed versions in the meantime, or there is nothing to change."""

    code = "version_conflict"


def next_name() -> str:
    """Return the first free version name of today.

    Raises:
        StoreUnwritable: the shared folder of versions has gone.
    """
    _refuse_lost_store()
    today = timezone.localdate()
    rows = ModelVersion.objects.of_day(f"{today:%Y.%m.%d}").values_list("name", flat=True)
    return store.next_name(today, taken=rows)


def refuse_name(name: str) -> None:
    """Refuse a name before hours are spent on its version.

    Raises:
        BadInput: when it is not the name of a version.
        VersionExists: when there is a version of that name.
        StoreUnwritable: the shared folder of versions has gone.
    """
    folder = store.version_path(name)
    _refuse_lost_store()
    if ModelVersion.objects.filter(name=name).exists() or folder.exists():
        raise store.VersionExists(name)


def _refuse_lost_store() -> None:
    if ModelVersion.objects.exists():
        store.refuse_if_gone()


def register(
    *,
    name: str,
    folder: Path,
    manifest: Manifest,
    metrics: Mapping[str, Any],
    by: Actor = None,
) -> ModelVersion:
    """Move a written staging folder into place and add its row, not yet active.

    Raises:
        VersionExists: when there is a version of that name.
        VersionMissing, VersionTampered, VersionIncompatible: when the folder is not in order.
        StoreUnwritable: the shared folder of versions has gone.
    """
    _refuse_lost_store()
    if ModelVersion.objects.filter(name=name).exists():
        raise store.VersionExists(name)
    store.publish(folder, name)
    version = _new_row(name, manifest, metrics, by)
    try:
        with transaction.atomic():
            version.save(force_insert=True)
            audit.record(
                action="registry.version.registered", by=by, target=name, after=_summary(version)
            )
    except DatabaseError:
        store.unpublish(name)
        raise
    store.settle(name)
    log.info("registry.version.registered", extra={"version": name, "bytes": version.size_bytes})
    return version


def activate(version: ModelVersion, *, by: Actor, instead_of: str | None = None) -> Activation:
    """Make a version answer, after checking every byte of it.

    ``instead_of`` is the active version's name that the caller saw, empty for none; when another
    one has become active since, nothing happens.

    Raises:
        VersionNotReady: when its search was not measured or finds too little.
        VersionConflict: when it is active already, or somebody was faster.
        VersionMissing, VersionTampered, VersionIncompatible: when its folder is not in order.
    """
    refuse_unless_ready(version)
    live = Activation.objects.newest_first().first()
    return _switch(version, ActivationKind.ACTIVATED, live, live, by=by, instead_of=instead_of)


def roll_back(*, by: Actor, instead_of: str | None = None) -> Activation:
    """Make the version answer that did so before the active one was activated.

    Raises:
        VersionConflict: when there was none before, or somebody was faster.
        VersionMissing, VersionTampered, VersionIncompatible: when its folder is not in order.
    """
    live = Activation.objects.newest_first().select_related("returns_to__version").first()
    if live is None or live.returns_to is None:
        raise VersionConflict("There is nothing to roll back to: no version was active before.")
    target = live.returns_to
    return _switch(
        target.version,
        ActivationKind.ROLLED_BACK,
        live,
        target.returns_to,
        by=by,
        instead_of=instead_of,
    )


def retire(version: ModelVersion, *, by: Actor) -> None:
    """Set a version aside that never went live; it can still be activated.

    Raises:
        VersionConflict: when it is active, or is set aside already.
    """
    if version.state != VersionState.REGISTERED:
        raise VersionConflict(
            f"Version {version.name} is {version.get_state_display()}: only one that is registered "
            "can be retired. To retire the active one, activate another.",
            version=version.name,
        )
    with transaction.atomic():
        _claim(version, state=VersionState.RETIRED)
        audit.record(action="registry.version.retired", by=by, target=version.name)
    version.refresh_from_db()


def invalidate_caches(*, by: Actor) -> ModelVersion:
    """Make every process load the active version anew and forget the answers it kept.

    Raises:
        NoActiveVersion: when there is none.
    """
    version = selectors.require_champion()
    with transaction.atomic():
        ModelVersion.objects.filter(pk=version.pk).update(reload_count=F("reload_count") + 1)
        audit.record(action="registry.version.reloaded", by=by, target=version.name)
    return version


def refuse_unless_ready(version: ModelVersion) -> None:
    """Refuse a version that may not go live.

    Raises:
        VersionNotReady: with the reason.
        VersionConflict: when it is active already.
    """
    if version.is_active:
        raise VersionConflict(f"Version {version.name} is active already.", version=version.name)
    if version.state == VersionState.REMOVED:
        why = "its files were removed because it is old"
    elif version.recall is None:
        why = "how many of the nearest items its search finds was not measured"
    elif version.recall < LEAST_RECALL:
        why = f"its search finds {version.recall:.4f} of the nearest items, not {LEAST_RECALL}"
    else:
        return
    raise VersionNotReady(
        f"Version {version.name} cannot be activated: {why}. Train a new version.",
        version=version.name,
        recall=version.recall,
    )


def _switch(
    version: ModelVersion,
    kind: ActivationKind,
    live: Activation | None,
    returns_to: Activation | None,
    *,
    by: Actor,
    instead_of: str | None,
) -> Activation:
    """Verify ``version``, then let it take the place of ``live`` in one transaction."""
    store.verify(version.name, version.manifest_digest)
    try:
        with transaction.atomic():
            _refuse_if_overtaken(live, instead_of)
            activation = _exchange(version, kind, returns_to, by)
    except IntegrityError as error:  # the constraint "one active" stopped the slower of two
        raise _overtaken() from error
    version.refresh_from_db()
    telemetry.ACTIVATIONS.labels(kind.value).inc()
    previous = activation.previous.name if activation.previous else ""
    log.info(
        "registry.version.switched",
        extra={"version": version.name, "previous": previous, "kind": kind.value},
    )
    return activation


def _refuse_if_overtaken(live: Activation | None, instead_of: str | None) -> None:
    """Refuse when another version has gone live since the caller looked."""
    newest = Activation.objects.newest_first().select_related("version").first()
    if newest != live or instead_of not in (None, newest.version.name if newest else ""):
        raise _overtaken()


def _exchange(
    version: ModelVersion, kind: ActivationKind, returns_to: Activation | None, by: Actor
) -> Activation:
    who, now = str(by or audit.SYSTEM), timezone.now()
    previous = selectors.champion()
    if previous is not None:
        _claim(previous, state=VersionState.RETIRED)
    _claim(version, state=VersionState.ACTIVE, activated_at=now, activated_by=who)
    audit.record(
        action=f"registry.version.{kind.value}",
        by=by,
        target=version.name,
        before=previous.name if previous else None,
        after=version.name,
    )
    return Activation.objects.create(
        version=version, previous=previous, returns_to=returns_to, kind=kind, at=now, by=who
    )


def _claim(version: ModelVersion, **changes: Any) -> None:
    """Change the row if it still is as seen; exactly one row must change."""
    seen = ModelVersion.objects.filter(pk=version.pk, state=version.state)
    if seen.update(**changes) != 1:
        raise _overtaken()


def _overtaken() -> VersionConflict:
    return VersionConflict(
        "The active version has changed in the meantime. Look at the versions again, then decide."
    )


def _new_row(name: str, manifest: Manifest, metrics: Mapping[str, Any], by: Actor) -> ModelVersion:
    details = manifest.details
    return ModelVersion(
        name=name,
        created_by=str(by or audit.SYSTEM),
        manifest_digest=manifest.digest,
        size_bytes=manifest.size,
        schema_hash=str(details.get("schema_hash") or ""),
        dataset_hash=str(details.get("dataset_hash") or ""),
        profile_name=str(details.get("profile_name") or ""),
        profile_revision=str(details.get("profile_revision") or ""),
        recall=figures.recall(metrics),
        metrics=artifacts.plain(metrics),
    )


def _summary(version: ModelVersion) -> dict[str, Any]:
    return {
        "manifest_digest": version.manifest_digest,
        "dataset_hash": version.dataset_hash,
        "recall": version.recall,
    }
