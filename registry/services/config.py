"""Changes runtime parameters, each change as a new revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from accounts import audit
from registry import params, selectors
from registry.core.errors import RoutingMLError
from registry.models import ConfigRevision

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User


class ConfigConflict(RoutingMLError):
    """Somebody changed the parameters in the meantime."""

    code = "config_conflict"


def change(
    *, values: Mapping[str, Any], by: User | str | None, comment: str = ""
) -> ConfigRevision | None:
    """Set some parameters, leave the others, and return the revision now in force.

    ``None`` as a value brings a parameter back to its default.  When nothing changes, no revision
    is added.

    Raises:
        InvalidParameter: when a parameter is unknown or cannot have the value; nothing is changed.
        ConfigConflict: when somebody was faster.
    """
    current = selectors.config_revision()
    before = dict(current.values) if current else {}
    after = _merged(before, values)
    if after == before:
        return current
    revision = ConfigRevision(
        number=current.number + 1 if current else 1,
        values=after,
        comment=comment,
        created_by=str(by or audit.SYSTEM),
    )
    try:
        with transaction.atomic():
            revision.save(force_insert=True)
            audit.record(
                action="registry.config.changed",
                by=by,
                target=str(revision),
                before=before,
                after=after,
            )
    except IntegrityError as error:
        raise ConfigConflict(
            "The parameters have been changed in the meantime. Look at them again, then decide."
        ) from error
    return revision


def _merged(before: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the overrides after the change: a default is not one."""
    defaults = selectors.defaults()
    after = dict(before)
    for name, value in values.items():
        parameter = params.parameter(name)
        cleaned = defaults[name] if value is None else parameter.clean(value)
        after[name] = cleaned
        if cleaned == defaults[name]:
            del after[name]
    return after
