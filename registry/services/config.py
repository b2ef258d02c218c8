"""Changes runtime parameters, each change as a new revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from registry import params, selectors
from registry.core.errors import BadInput, RoutingMLError
from registry.iter_training import SECTIONS, SETTINGS, IterTraining
from registry.models import ConfigRevision, Direction, MappingProfile
from registry.setting_types import Unfit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User


STRATA = "sampling.stratify_by"


class InvalidSettings(BadInput):
    """Settings that cannot be: each with what it can be."""

    code = "invalid_settings"

    def __init__(self, fields: Mapping[str, str]) -> None:
        told = " ".join(f"{name}: {text}" for name, text in fields.items())
        super().__init__(told[:2000], fields=dict(fields))
        self.fields = dict(fields)


class RevisionUnknown(RoutingMLError):
    """There is no revision of that number."""

    code = "revision_unknown"


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
    return _store(current, _merged(before, values), by=by, comment=comment)


def iter_training() -> IterTraining:
    """Return the settings of iterative training as they are in force."""
    return selectors.iter_training()


def change_iter_training(
    *,
    values: Mapping[str, Any],
    by: User | str | None,
    comment: str = "",
    based_on: int | None = None,
) -> ConfigRevision | None:
    """Set some settings of iterative training, leave the others; return the revision in force.

    Args:
        values: section to field to value; None brings a setting back to its default.
        by: who changes them.
        comment: why.
        based_on: the number of the revision that somebody had before their eyes.

    Raises:
        InvalidSettings: when some cannot be; ``extra["fields"]`` says of each why, nothing changes.
        ConfigConflict: when somebody was faster.
    """
    current = selectors.config_revision()
    if based_on is not None and based_on != (current.number if current else 0):
        raise _conflict()
    before = dict(current.values) if current else {}
    usual, after = selectors.iter_defaults(), dict(before)
    checked = _checked(values)
    if checked.get(STRATA) not in (None, before.get(STRATA, usual[STRATA])):
        _check_column(checked[STRATA])
    for name, value in checked.items():
        key = SETTINGS[name].stored_as
        if value is None or value == usual[name]:
            after.pop(key, None)
        else:
            after[key] = list(value) if isinstance(value, tuple) else value
    return _store(current, after, by=by, comment=comment)


def restore(number: int, *, by: User | str | None) -> ConfigRevision | None:
    """Put all parameters back to what they were in a revision, as a new revision.

    Raises:
        RevisionUnknown: when there is none of that number; 0 is the state before the first one.
        ConfigConflict: when somebody was faster.
    """
    wanted = ConfigRevision.objects.filter(number=number).first()
    if wanted is None and number != 0:
        raise RevisionUnknown(f"There is no revision {number}.", revision=number)
    after = dict(wanted.values) if wanted else {}
    return _store(selectors.config_revision(), after, by=by, comment=f"back to r{number}")


def _store(
    current: ConfigRevision | None,
    after: dict[str, Any],
    *,
    by: User | str | None,
    comment: str,
) -> ConfigRevision | None:
    """Add a revision, unless it would be as the one in force."""
    before = dict(current.values) if current else {}
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
        raise _conflict() from error
    return revision


def _conflict() -> ConfigConflict:
    return ConfigConflict(
        "The parameters have been changed in the meantime. Look at them again, then decide."
    )


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values by dotted name, each as its setting takes it, or say what is wrong."""
    given: dict[str, Any] = {}
    wrong: dict[str, str] = {}
    for section, fields in values.items():
        if section not in SECTIONS or not isinstance(fields, dict):
            known = ", ".join(SECTIONS)
            wrong[str(section)] = _("There is no section of that name: %(known)s.") % {
                "known": known
            }
            continue
        given |= {f"{section}.{name}": value for name, value in fields.items()}
    cleaned: dict[str, Any] = {}
    for name, value in given.items():
        if name not in SETTINGS:
            wrong[name] = _("There is no setting of that name.")
            continue
        try:
            cleaned[name] = None if value is None else SETTINGS[name].kind.clean(value)
        except Unfit as refused:
            wrong[name] = str(refused)
    if wrong:
        raise InvalidSettings(wrong)
    return cleaned


def _check_column(wanted: str) -> None:
    """Refuse a column of the strata that the profile in force does not map, if there is one."""
    profile = MappingProfile.objects.filter(direction=Direction.INPUT, is_active=True).first()
    known = [column.name for column in profile.to_columns().attributes] if profile else []
    if known and wanted not in known:
        told = {"column": wanted, "known": ", ".join(known)}
        text = _("Items have no column %(column)s; they have %(known)s.") % told
        raise InvalidSettings({STRATA: text})


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
