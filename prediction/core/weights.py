"""Weight profiles: which attributes count more for one question, and what that changes.

A profile is a factor for each attribute.  The named ones are worked out from the plant's own
columns: numbers are geometry, columns named after material are material, and the rest is neither.
Nothing of the version changes; its confidence and intervals were measured with every factor at 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from registry.core.columns import Column, Kind
from registry.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from registry.core.routing import Prediction

MORE, LESS = 2.0, 0.5
LARGEST = 5.0
MATERIAL = ("MATERIAL", "MATL")
"""What the name of a column holds that tells a material."""


class Group(StrEnum):
    """Kinds of attributes that are weighted together."""

    GEOMETRY = "geometry"
    MATERIAL = "material"
    OTHER = "other"


class Named(StrEnum):
    """Profiles that come with the product."""

    GEOMETRY_FIRST = "geometry_first"
    MATERIAL_FIRST = "material_first"


FIRST = {Named.GEOMETRY_FIRST: Group.GEOMETRY, Named.MATERIAL_FIRST: Group.MATERIAL}


@dataclass(frozen=True, slots=True)
class Change:
    """What a profile changed in an answer.

    Attributes:
        operations: operations that were added to or taken from the proposal.
        confidence: how sure the version's own weights are.
        jobs: what they propose.
        neighbours: codes of the similar items that only the profile finds.
    """

    operations: int
    confidence: float
    jobs: tuple[str, ...]
    neighbours: frozenset[str]


def group_of(column: Column) -> Group:
    """Return which group an attribute belongs to."""
    if any(word in column.name.upper() for word in MATERIAL):
        return Group.MATERIAL
    return Group.GEOMETRY if column.kind is Kind.NUMBER else Group.OTHER


def of_profile(told: object, columns: Sequence[Column]) -> dict[str, float]:
    """Return the factors of a profile: of a named one, or of attributes (or groups) with factors.

    Args:
        told: a name of ``Named``, or a mapping of attributes or groups to factors from 0 to 5.
        columns: the attributes of items.

    Raises:
        BadInput: no profile, attribute or factor is meant by it.
    """
    if isinstance(told, Mapping):
        return _own(told, columns)
    try:
        first = FIRST[Named(str(told))]
    except ValueError:
        names = ", ".join(Named)
        raise BadInput(
            f"weight_profile {told!s:.60} is not known: use {names}, or attributes with factors."
        ) from None
    return of_groups({each: MORE if each is first else LESS for each in Group}, columns)


def of_groups(factors: Mapping[Group, float], columns: Iterable[Column]) -> dict[str, float]:
    """Return a factor for each attribute of the named groups that does not count as it is."""
    given = ((column.name, factors.get(group_of(column), 1.0)) for column in columns)
    return {name: factor for name, factor in given if factor != 1.0}


def change(plain: Prediction, weighted: Prediction, differences: int) -> Change:
    """Return what weights changed.

    Args:
        plain: the answer without them.
        weighted: the answer with them.
        differences: operations in which the two proposals differ.
    """
    known = {neighbour.item for neighbour in plain.neighbours}
    found = frozenset(each.item for each in weighted.neighbours) - known
    jobs = plain.candidates[0].jobs if plain.candidates else ()
    return Change(differences, plain.confidence, jobs, found)


def _own(told: Mapping[str, object], columns: Sequence[Column]) -> dict[str, float]:
    names = {column.source.casefold(): column.name for column in columns}
    names |= {column.name.casefold(): column.name for column in columns}
    factors: dict[str, float] = {}
    for word, value in told.items():
        factor = _factor(word, value)
        if word in set(Group):
            factors |= of_groups({Group(word): factor}, columns)
        elif (name := names.get(str(word).strip().casefold())) is not None:
            factors[name] = factor
        else:
            raise BadInput(f"weight_profile: {word!s:.60} is no attribute of the active version.")
    return {name: factor for name, factor in factors.items() if factor != 1.0}


def _factor(word: str, value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= LARGEST:
        raise BadInput(f"weight_profile: {word!s:.60} needs a factor from 0 to {LARGEST:g}.")
    return float(value)
