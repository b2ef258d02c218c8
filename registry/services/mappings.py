"""Mapping profiles: saved as revisions, one active for reading, some shipped with the product."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts import audit
from registry.core import checking, erp_urls
from registry.core.checking import TableCheck
from registry.core.columns import BadProfile, TableName
from registry.core.erp import ResilientReader, Timeouts
from registry.core.errors import BadInput, RoutingMLError
from registry.core.mapping import ColumnMap, Mapped
from registry.models import Direction, MappingProfile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import QuerySet

    from accounts.models import User

__all__ = [
    "BadProfile",
    "ProfileConflict",
    "SourceCheck",
    "UnknownProfile",
    "activate_profile",
    "active_profile",
    "add_revision",
    "named",
    "open_reader",
    "others",
    "preview",
    "save_profile",
    "test_source",
]

SHIPPED = Path(__file__).resolve().parent.parent / "profiles"
"""Folder of the profiles that come with the product."""

DEFAULT = "seal_plant"
"""The shipped profile that is active until another one is chosen."""

INPUT = Direction.INPUT


class UnknownProfile(BadInput):
    """There is no mapping profile of this name."""

    code = "unknown_profile"


class ProfileConflict(RoutingMLError):
    """Somebody saved or activated a profile at the same moment."""

    code = "profile_conflict"


@dataclass(frozen=True, slots=True)
class SourceCheck:
    """Where the ERP is and how its views stand to a profile."""

    label: str
    tables: dict[TableName, TableCheck]


def save_profile(*, name: str, document: Any, by: User | str | None = None) -> MappingProfile:
    """Store a document as the next revision of a profile; one that changes nothing is not stored.

    Raises:
        BadProfile: when the document is no valid mapping profile; the message lists every reason.
        ProfileConflict: when somebody else saved the same profile meanwhile.
    """
    columns = ColumnMap.from_json(document)
    problems = columns.validate() if name.strip() else ["the profile has no name"]
    if problems:
        raise BadProfile("The profile can not be used: " + "; ".join(problems), problems=problems)
    return add_revision(name=name.strip(), document=columns.to_json(), direction=INPUT, by=by)


def add_revision(
    *, name: str, document: Any, direction: Direction, by: User | str | None
) -> MappingProfile:
    """Store a checked document as the next revision; one that changes nothing is not stored.

    Raises:
        ProfileConflict: when somebody else saved the same profile meanwhile.
    """
    newest = _revisions(name, direction).first()
    if newest is not None and newest.document == document:
        return newest
    profile = MappingProfile(
        name=name,
        direction=direction,
        revision=newest.revision + 1 if newest else 1,
        document=document,
        created_by=str(by or audit.SYSTEM),
    )
    try:
        with transaction.atomic():
            profile.save()
            audit.record(
                action="registry.mapping.saved",
                by=by,
                target=str(profile) if direction == INPUT else f"{direction} {profile}",
                before=str(newest) if newest else None,
                after=str(profile),
            )
    except IntegrityError:
        raise ProfileConflict(
            f"{profile} was saved by somebody else meanwhile: try again"
        ) from None
    return profile


def activate_profile(*, profile: MappingProfile, by: User | str | None = None) -> None:
    """Make a revision the one that its direction uses: the ERP is read, or written, with it.

    Raises:
        ProfileConflict: when somebody else activated one at the same moment.
    """
    try:
        with transaction.atomic():
            active = MappingProfile.objects.filter(direction=profile.direction, is_active=True)
            before = active.first()
            if before == profile:
                return
            active.update(is_active=False)
            MappingProfile.objects.filter(pk=profile.pk).update(is_active=True)
            audit.record(
                action="registry.mapping.activated",
                by=by,
                target=str(profile),
                before=str(before) if before else None,
                after=str(profile),
            )
    except IntegrityError:
        raise ProfileConflict("Another profile was activated at the same moment") from None
    profile.is_active = True


def active_profile() -> MappingProfile:
    """Return the profile the ERP is read with: the shipped default until one is activated."""
    try:
        return _active() or _activated_default()
    except ProfileConflict:  # another process asks for the first time as well
        return _active() or _activated_default()


def _active() -> MappingProfile | None:
    return MappingProfile.objects.filter(direction=INPUT, is_active=True).first()


def _activated_default() -> MappingProfile:
    profile = named(DEFAULT)
    activate_profile(profile=profile)
    return profile


def named(name: str) -> MappingProfile:
    """Return a profile by name: the active revision, else the newest, else the shipped one.

    Raises:
        UnknownProfile: when there is none; the message lists those there are.
    """
    revisions = _revisions(name)
    found = revisions.filter(is_active=True).first() or revisions.first()
    if found is not None:
        return found
    shipped = _shipped()
    if name not in shipped:
        stored = MappingProfile.objects.filter(direction=INPUT).values_list("name", flat=True)
        known = ", ".join(sorted({*shipped, *stored}))
        raise UnknownProfile(f"There is no mapping profile {name!r}; there is {known}")
    document = json.loads(shipped[name].read_text(encoding="utf-8"))
    return save_profile(name=name, document=document)


def others(profile: MappingProfile) -> Iterator[tuple[str, ColumnMap]]:
    """Yield name and columns of every other profile there is, stored or shipped."""
    stored = MappingProfile.objects.filter(direction=INPUT).order_by("name", "revision")
    documents = {name: path.read_text(encoding="utf-8") for name, path in _shipped().items()}
    known = {name: json.loads(text) for name, text in documents.items()}
    known |= {row.name: row.document for row in stored}
    for name, document in sorted(known.items()):
        if name != profile.name:
            yield name, ColumnMap.from_json(document)


def open_reader() -> ResilientReader:
    """Return a reader of the configured ERP; close it after use.

    Raises:
        ErpUnreachable: when ERP_URL has no known form or its driver is not installed.
    """
    timeouts = Timeouts(connect=settings.ERP_TIMEOUT_SECONDS, query=settings.ERP_QUERY_SECONDS)
    return erp_urls.open_reader(settings.ERP_URL, base=settings.BASE_DIR, timeouts=timeouts)


def test_source(*, columns: ColumnMap | None = None) -> SourceCheck:
    """Compare what the configured ERP has with what a profile (the active one) maps.

    Raises:
        ErpUnreachable: when the ERP does not answer.
    """
    columns = columns or active_profile().to_columns()
    with open_reader() as reader:
        return SourceCheck(reader.label, checking.check_tables(columns=columns, reader=reader))


def preview(*, columns: ColumnMap, rows: int = 20) -> dict[TableName, Mapped]:
    """Return the first rows of each of the ERP's tables as a profile would map them.

    Raises:
        RoutingMLError: when the ERP can not be read with this profile.
    """
    from registry.core import reading  # with pandas: who only looks up a profile does without

    with open_reader() as reader:
        return reading.first_rows(columns=columns, reader=reader, rows=rows)


def _revisions(name: str, direction: Direction = INPUT) -> QuerySet[MappingProfile]:
    """Return the revisions of a profile, newest first."""
    return MappingProfile.objects.filter(direction=direction, name=name).order_by("-revision")


def _shipped() -> dict[str, Path]:
    return {path.stem: path for path in sorted(SHIPPED.glob("*.json"))}
