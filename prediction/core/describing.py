"""Which columns a person is asked for when describing a new item.

A plant's item master has dozens of columns, and most items fill a third of them.  A sample of known
items tells which columns are usually filled (asked first), which values are common enough to offer,
and which numbers are numbers; nothing about a particular plant is written here.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from registry.core.cleaning import MILLIMETRES
from registry.core.columns import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from registry.core.routing import Item

USUAL_SHARE = 0.3
"""Share of the sample that must have a value for its column to be asked first."""

OFFERED = 30
"""Values offered for a column, and the longest that an offered value may be."""

UNITS = ("MM", "INCH")
"""Units that may always be chosen."""


@dataclass(frozen=True, slots=True)
class ColumnShown:
    """One field of the form: the product's name, the ERP's name, and the values it often has."""

    name: str
    label: str
    is_number: bool
    usual: bool
    choices: tuple[str, ...]
    is_unit: bool = False


def columns_shown(columns: Sequence[Column], sample: Iterable[Item]) -> tuple[ColumnShown, ...]:
    """Return the fields to ask for, in the profile's order.

    Parameters
    ----------
    columns
        Item attributes of the profile.
    sample
        Known items; a few hundred are enough.
    """
    items = list(sample)
    units = {column.unit_column for column in columns}
    return tuple(_shown(column, items, is_unit=column.name in units) for column in columns)


def title_column(columns: Sequence[Column]) -> str | None:
    """Return the name of the column that names an item in words."""
    names = [column.name for column in columns if column.kind is Kind.TEXT]
    if "ITEM_NM" in names:
        return "ITEM_NM"
    return names[0] if names else None


def _shown(column: Column, items: Sequence[Item], *, is_unit: bool) -> ColumnShown:
    values = [item.attributes.get(column.name) for item in items]
    filled = [str(value).strip() for value in values if value is not None]
    counts = Counter(value for value in filled if value)
    usual = not items or counts.total() >= USUAL_SHARE * len(items)
    is_number = column.kind is Kind.NUMBER
    choices = () if is_number else _units(counts) if is_unit else _offered(counts)
    return ColumnShown(column.name, column.source, is_number, usual, choices, is_unit)


def _units(counts: Counter[str]) -> tuple[str, ...]:
    """Return the units that are written in the sample, commonest first."""
    seen = [value for value, _count in counts.most_common() if value.upper() in MILLIMETRES]
    return tuple(dict.fromkeys((*seen, *UNITS)))


def _offered(counts: Counter[str]) -> tuple[str, ...]:
    """Return the values seen more than once, commonest first; none when they hardly repeat."""
    often = [value for value, seen in counts.most_common(OFFERED) if seen > 1]
    fits = [value for value in often if len(value) <= OFFERED]
    repeats = sum(counts[value] for value in fits) >= counts.total() / 2
    return tuple(fits) if repeats else ()
