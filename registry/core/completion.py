"""Sizes that their column lacks but another place tells.

Half of the sizes are missing in their columns, and many of those stand in a text, or in the row of
another item of the same drawing.  Which key of which text carries which size, and which column
decides it, is not told but learned: a source counts when, on items that have both, it agrees with
the column.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from registry.core.cleaning import CleanItems, Factor, code_key
from registry.core.textnumbers import numbers_of

TOLERANCE = 0.01
"""Relative difference up to which two figures are the same size."""
MIN_AGREEMENT = 0.8
MIN_BOTH = 8
"""Items that must have both figures before a source is believed."""
MAX_SOURCES = 8
MIN_LINKED = 0.02
"""Share of items a column must link to another item for it to be tried as a source."""


@dataclass(frozen=True)
class TextSource:
    """A number in a text that agrees with a size."""

    column: str
    key: str
    agreement: float


@dataclass(frozen=True)
class LinkSource:
    """A code whose items share a size (a drawing number), with the sizes known for it."""

    column: str
    sizes: Mapping[str, float]
    agreement: float


class Completion:
    """For each size, where else it can be read, the most reliable place first."""

    def __init__(self, sources: Mapping[str, Sequence[TextSource | LinkSource]]) -> None:
        self.sources = {name: tuple(found) for name, found in sources.items()}
        self._texts = {source.column for found in sources.values() for source in found}

    @classmethod
    def fit(cls, items: CleanItems) -> Completion:
        """Learn the sources from items that have both."""
        tables = {name: _keyed_table(column) for name, column in items.texts.items()}
        sources: dict[str, list[TextSource | LinkSource]] = {}
        for name, numbers in items.numbers.items():
            found: list[TextSource | LinkSource] = []
            for column, table in tables.items():
                found.extend(_text_sources(column, items.texts[column], table, numbers))
            for column, factor in items.texts.items():
                link = _link_source(column, factor, numbers)
                found.extend([link] if link else [])
            found.sort(key=lambda s: (-s.agreement, s.column, getattr(s, "key", "")))
            if found:
                sources[name] = found[:MAX_SOURCES]
        return cls(sources)

    def apply(self, items: CleanItems) -> CleanItems:
        """Return the items with missing sizes filled in where a source tells."""
        if not self.sources:
            return items
        tables = {
            name: [numbers_of(value) for value in items.texts[name].values]
            for name in self._texts
            if name in items.texts
        }
        numbers = dict(items.numbers)
        for name, found in self.sources.items():
            if name in numbers:
                numbers[name] = _filled(numbers[name], found, items, tables)
        return replace(items, numbers=numbers)

    def reads(self, name: str) -> tuple[str, ...]:
        """Return the text columns a size may come from."""
        return tuple(dict.fromkeys(source.column for source in self.sources.get(name, ())))

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        return {
            name: [dict(source.__dict__) for source in found]
            for name, found in self.sources.items()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Completion:
        """Rebuild from ``to_json``."""
        return cls(
            {
                name: [
                    LinkSource(**source) if "sizes" in source else TextSource(**source)
                    for source in found
                ]
                for name, found in data.items()
            }
        )


def _filled(
    numbers: np.ndarray,
    sources: Sequence[TextSource | LinkSource],
    items: CleanItems,
    tables: Mapping[str, Sequence[Mapping[str, float]]],
) -> np.ndarray:
    lacking = ~np.isfinite(numbers)
    if not lacking.any():
        return numbers
    filled = numbers.copy()
    for source in sources:
        factor = items.texts.get(source.column)
        if factor is None:
            continue
        if isinstance(source, LinkSource):
            values = [source.sizes.get(code_key(value), np.nan) for value in factor.values]
        else:
            values = [table.get(source.key, np.nan) for table in tables[source.column]]
        filled[lacking] = np.array([*values, np.nan])[factor.codes[lacking]]
        lacking = ~np.isfinite(filled)
        if not lacking.any():
            break
    return filled


def _keyed_table(column: Factor) -> dict[str, np.ndarray]:
    """Return for each key that occurs often enough the number of each distinct value."""
    found = [numbers_of(value) for value in column.values]
    counts = Counter(key for numbers in found for key in numbers)
    return {
        key: np.array([*(numbers.get(key, np.nan) for numbers in found), np.nan])
        for key, count in counts.items()
        if count >= MIN_BOTH
    }


def _text_sources(
    name: str, column: Factor, table: Mapping[str, np.ndarray], numbers: np.ndarray
) -> list[TextSource | LinkSource]:
    found: list[TextSource | LinkSource] = []
    for key, values in table.items():
        agreement = _agreement(values[column.codes], numbers)
        if agreement is not None:
            found.append(TextSource(name, key, agreement))
    return found


def _agreement(told: np.ndarray, true: np.ndarray) -> float | None:
    """Return the share of items on which both agree, None when too small to be believed."""
    both = np.isfinite(told) & np.isfinite(true)
    if both.sum() < MIN_BOTH or len(np.unique(true[both])) < MIN_BOTH // 2:
        return None
    same = np.abs(told[both] - true[both]) <= TOLERANCE * np.abs(true[both])
    share = float(same.mean())
    return share if share >= MIN_AGREEMENT else None


def _link_source(name: str, column: Factor, numbers: np.ndarray) -> LinkSource | None:
    """Return the sizes by code when items of equal code have equal sizes."""
    known = np.isfinite(numbers) & (column.codes >= 0)
    if known.sum() < MIN_BOTH:
        return None
    keys = {key: n for n, key in enumerate(dict.fromkeys(map(code_key, column.values)))}
    group = np.array([keys[code_key(value)] for value in column.values])[column.codes[known]]
    values = numbers[known]
    order = np.argsort(group, kind="stable")  # not by size: neighbours in size always agree
    group, values = group[order], values[order]
    linked = group[1:] == group[:-1]
    if linked.sum() < max(MIN_BOTH, MIN_LINKED * len(column.codes)):
        return None
    same = np.abs(values[1:] - values[:-1]) <= TOLERANCE * np.abs(values[1:])
    agreement = float(same[linked].mean())
    if agreement < MIN_AGREEMENT or len(np.unique(values)) < MIN_BOTH // 2:
        return None
    names = list(keys)
    order = np.lexsort((values, group))
    starts = np.flatnonzero(np.append(True, ~linked))
    middle = (starts + np.append(starts[1:], len(group)) - 1) // 2
    medians = zip(group[starts].tolist(), values[order][middle].tolist(), strict=True)
    return LinkSource(name, {names[g]: size for g, size in medians}, agreement)
