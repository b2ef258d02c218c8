"""What has changed in the columns of items: one that is no longer filled, a value that is new.

Items that came since the training, or that planners ask for, are compared with the newest items of
before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from quality.core import drift
from quality.core.alerts import Rule, Severity, Signal
from quality.core.plant_shifts import CERTAIN
from registry.core.cleaning import clean_items
from registry.core.items import RawItems
from registry.core.model import RoutingModel

FEWEST_ITEMS = 10
"""Items under which nothing is said."""
FEWEST_NEW, NEW_SHARE = 3, 0.05
"""Items, and share of the items looked at, that must have a new value."""
MOST_VALUES = 300
"""Different values up to which a column is one of a few that come again."""
MOST_NEW_VALUES = 5
"""New values of a column that are named, the commonest."""
MISSING_MORE = 0.25
"""Rise of the share of missing values that matters."""


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column of new items beside the same column of items before.

    ``new_values`` counts the values that no item before has, the commonest first.
    """

    column: str
    missing: float
    missing_before: float
    psi: float | None
    jensen_shannon: float | None
    limit: float | None
    new_values: Mapping[str, int]


def change_of(column: str, now: Sequence[str], before: Sequence[str]) -> ColumnChange:
    """Compare a column; an empty text is a missing value.

    Values are compared only where they repeat themselves: a drawing number is always new.
    """
    missing, missing_before = (float(np.mean([not v for v in side])) for side in (now, before))
    filled_now, filled = [v for v in now if v], [v for v in before if v]
    values = sorted(set(filled))
    if not filled_now or not repeats(filled):
        return ColumnChange(column, missing, missing_before, None, None, None, {})
    counts = _counts(filled_now, values), _counts(filled, values)
    fresh = Counter(filled_now)
    for value in values:
        del fresh[value]
    return ColumnChange(
        column,
        missing,
        missing_before,
        psi=drift.psi(*counts),
        jensen_shannon=drift.jensen_shannon(*counts),
        limit=drift.psi_limit(counts[1].tolist(), len(filled_now)),
        new_values=dict(fresh.most_common()),
    )


def repeats(values: Sequence[str]) -> bool:
    """Return whether a column is one of a few values that come again and again."""
    distinct = len(set(values))
    return 0 < distinct <= MOST_VALUES and distinct * 2 <= len(values)


def texts_of(items: RawItems, model: RoutingModel) -> dict[str, list[str]]:
    """Return every column that a version looks at as cleaned texts of some items.

    Empty is missing; sizes are rounded.
    """
    clean = clean_items(items, model.base.encoder.attributes)
    texts: dict[str, list[str]] = {}
    for name, factor in clean.texts.items():
        words = [*factor.values, ""]
        texts[name] = [words[code] for code in factor.codes.tolist()]
    for name, values in clean.numbers.items():
        texts[name] = [_size(value) for value in values.tolist()]
    return texts


def known_values(model: RoutingModel, name: str) -> set[str]:
    """Return every value of a column in all items of a version, cleaned."""
    column = model.column(name)
    if column is None:
        return set()
    _, rows = np.unique(column.codes, return_index=True)
    return set(texts_of(model.base.raw.take(rows), model)[name])


def changes(
    model: RoutingModel, now: Mapping[str, list[str]], before: Mapping[str, list[str]]
) -> tuple[ColumnChange, ...]:
    """Compare columns; a value is new only when no item of the version has it."""
    found = []
    for name in sorted(now):
        change = change_of(name, now[name], before[name])
        if change.new_values:
            known = known_values(model, name)
            fresh = [each for each in change.new_values.items() if each[0] not in known]
            change = replace(change, new_values=dict(fresh[:MOST_NEW_VALUES]))
        found.append(change)
    return tuple(found)


def signals_of(columns: Sequence[ColumnChange], items: int, *, asked: bool = False) -> list[Signal]:
    """Return what has changed in the columns of so many items, as causes that somebody can act on.

    That the shares of known values have moved is shown but raises nothing: orders come in bursts,
    and the shares of a month move by more than independent draws would.

    Args:
        columns: the columns.
        items: how many items were looked at.
        asked: whether planners asked for them, and not the ERP has them.
    """
    if items < FEWEST_ITEMS:
        return []
    about: dict[str, Any] = {"items": items, "asked": asked}
    found = []
    for one in columns:
        found += [*_emptied(one, items, about), *_new_values(one, items, about)]
    return found


def _emptied(one: ColumnChange, items: int, about: Mapping[str, Any]) -> list[Signal]:
    if one.missing - one.missing_before < MISSING_MORE or not _hardly_chance(one, items):
        return []
    return [
        Signal(
            Rule.MISSING,
            one.missing,
            one.missing_before + MISSING_MORE,
            one.column,
            severity=Severity.WARNING,
            details={**about, "before": one.missing_before},
        )
    ]


def _new_values(one: ColumnChange, items: int, about: Mapping[str, Any]) -> list[Signal]:
    return [
        Signal(
            Rule.NEW_VALUE,
            count / items,
            NEW_SHARE,
            f"{one.column}={value}"[:200],
            severity=Severity.WARNING,
            details={**about, "column": one.column, "value": value, "count": count},
        )
        for value, count in one.new_values.items()
        if count >= max(FEWEST_NEW, NEW_SHARE * items)
    ]


def _hardly_chance(one: ColumnChange, items: int) -> bool:
    share = max(one.missing_before, 1 / items)
    error = float(np.sqrt(share * (1 - share) / items))
    return one.missing - one.missing_before >= CERTAIN * error


def _counts(values: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Count each name, and what has none last."""
    places = {name: place for place, name in enumerate(names)}
    codes = [places.get(value, len(names)) for value in values]
    return np.bincount(codes, minlength=len(names) + 1)


def _size(value: float) -> str:
    """Return the class of a size: a half power of two."""
    if not np.isfinite(value):
        return ""
    return f"~{2 ** (round(2 * np.log2(value)) / 2):.3g}" if value > 0 else "0"
