"""Output mapping profiles: revisions, exactly one in use, the 52-column layout built in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import audit
from prediction.core.output_profile import (
    BadOutputProfile,
    OutputProfile,
    built_in,
    profile_from_json,
)
from registry import numbers
from registry.core.errors import BadInput
from registry.models import Direction, MappingProfile
from registry.services import mappings

if TYPE_CHECKING:
    from accounts.models import User

BUILT_IN_NAME = "routing_7_1"
"""The built-in layout: the one in use until another one is activated."""


class ProfileUnknown(BadInput):
    """No output profile has this number or name."""

    code = "profile_unknown"


@dataclass(frozen=True, slots=True)
class Active:
    """The profile that routings are written with; ``choice`` is what ``named`` finds it by."""

    name: str
    profile: OutputProfile
    choice: str


def revisions() -> list[MappingProfile]:
    """Return every stored revision, by name, the newest first."""
    found = MappingProfile.objects.filter(direction=Direction.OUTPUT)
    return list(found.order_by("name", "-revision"))


def active() -> Active:
    """Return the active profile, the built-in one when none was activated."""
    row = MappingProfile.objects.filter(direction=Direction.OUTPUT, is_active=True).first()
    if row is None:
        return _built_in()
    return using(row)


def _built_in() -> Active:
    return Active(BUILT_IN_NAME, profile_from_json(built_in()), BUILT_IN_NAME)


def using(row: MappingProfile) -> Active:
    """Return a stored revision as something to write with."""
    return Active(str(row), profile_from_json(row.document), str(row.pk))


def named(choice: str) -> Active:
    """Return the profile that was chosen: the built-in name, a number, or nothing for the active.

    Raises:
        ProfileUnknown: there is no such output profile.
    """
    if not choice:
        return active()
    if choice == BUILT_IN_NAME:
        return _built_in()
    rows = MappingProfile.objects.filter(direction=Direction.OUTPUT)
    row = rows.filter(pk=numbers.whole(choice) or 0).first()
    if row is None:
        raise ProfileUnknown(_("There is no output profile “%(name)s”.") % {"name": choice[:100]})
    return using(row)


def save(*, name: str, document: Any, by: User | str) -> MappingProfile:
    """Store a document as the next revision; one that changes nothing is not stored.

    Raises:
        BadOutputProfile: the document is no profile, or has no name.
        ProfileConflict: somebody else saved the same profile meanwhile.
    """
    name = name.strip()
    if not name or len(name) > 100:
        raise BadOutputProfile("The profile needs a name of at most 100 letters.")
    profile_from_json(document)
    return mappings.add_revision(name=name, document=document, direction=Direction.OUTPUT, by=by)


def use_built_in(*, by: User | str) -> None:
    """Write with the built-in layout again."""
    with transaction.atomic():
        active_rows = MappingProfile.objects.filter(direction=Direction.OUTPUT, is_active=True)
        before = active_rows.first()
        if before is not None:
            active_rows.update(is_active=False)
            audit.record(
                action="registry.mapping.activated",
                by=by,
                target=BUILT_IN_NAME,
                before=str(before),
                after=BUILT_IN_NAME,
            )
