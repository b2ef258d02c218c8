"""What the neighbours of some items do, operation by operation.

A neighbourhood is some hundred operations of similar items.  All items of a call are asked about
together: one table has the operations of all their neighbours, sorted by item and operation, and
each question is answered for all of them at once.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from registry.core.library import RoutingLibrary
from registry.core.ragged import stretches, within
from registry.core.times import KINDS

SHARPNESS = 0.05
"""Cosine distance over which a neighbour's say falls to 1/e."""
ITEMS_PER_GROUP = 4
"""Items of one group (of identical vectors) that are asked."""
PAUSES = ("queue", "wait", "move")
RESIDUAL_PULL = 2.0
"""How many equally near neighbours the time model's own estimate counts for."""
OUTSIDE = 0.5
"""Share of the say from which on an operation is done outside."""
EVIDENCE = 5
"""Items named as those whose work results tell a time."""

T = TypeVar("T")
Shares = Sequence[tuple[int, float]]
"""Numbers with their share of the say, the largest first."""


@dataclass(frozen=True, slots=True)
class Nearby:
    """Whom an item asks.

    Attributes:
        rows: item rows of each near group, nearest first.
        cosines: (groups,).
        own: the item's own row, when it must not be asked itself.
    """

    rows: Sequence[np.ndarray]
    cosines: np.ndarray
    own: int | None = None


@dataclass(frozen=True, slots=True)
class Practice:
    """How an item's neighbours do one operation.

    Whether it is done outside is decided by the larger say; resources, partners, pauses and price
    are those of the neighbours that do it so.

    Attributes:
        outsourced_share: share of the say that has it done outside.
        resources, partners, currencies: numbers in the library's lists of names.
        pauses: median minutes of ``PAUSES``, None where nobody knows.
        price: the median, None where nobody knows or it is done in-house.
        correction: for each kind of time, log(actual / estimate) of the neighbours that have work
            results, drawn towards 0 by ``RESIDUAL_PULL``.
        samples: for each kind of time, the number of work results.
        reporters: for each kind of time, rows of the nearest items that have work results.
    """

    outsourced_share: float
    resources: Shares
    partners: Shares
    currencies: Shares
    pauses: Sequence[float | None]
    price: float | None
    correction: tuple[float, float]
    samples: tuple[int, int]
    reporters: tuple[Sequence[int], Sequence[int]]


NOBODY = Practice(0.0, (), (), (), (None,) * len(PAUSES), None, (0.0, 0.0), (0, 0), ((), ()))
"""The practice of an operation that nobody has done."""


@dataclass(frozen=True, slots=True)
class Doings:
    """Operations of neighbours: equally long arrays, one entry each time one is done.

    Attributes:
        asker: which item asks.
        item: the row of the one that does it.
        position: in the library's arrays of operations.
        say: how much it counts.
    """

    asker: np.ndarray
    item: np.ndarray
    position: np.ndarray
    say: np.ndarray

    def where(self, kept: np.ndarray) -> Doings:
        """Return those at a mask or at places."""
        return Doings(self.asker[kept], self.item[kept], self.position[kept], self.say[kept])


def near_operations(library: RoutingLibrary, nearby: Sequence[Nearby]) -> Doings:
    """Return the operations of each item's nearest items, nearest first."""
    members = [rows[: ITEMS_PER_GROUP + 1] for each in nearby for rows in each.rows]
    if not members:
        nothing = np.zeros(0, dtype=np.int64)
        return Doings(nothing, nothing, nothing, np.zeros(0))
    asker = np.repeat(np.arange(len(nearby)), [len(each.rows) for each in nearby])
    weight = np.concatenate([_weights(each.cosines) for each in nearby])
    own = np.array([-1 if each.own is None else each.own for each in nearby])
    row, group = (
        np.concatenate(members),
        np.repeat(np.arange(len(members)), list(map(len, members))),
    )
    others = row != own[asker[group]]
    row, group = row[others], group[others]
    asked = within(np.bincount(group, minlength=len(members))) < ITEMS_PER_GROUP
    row, group = row[asked], group[asked]
    item_start, routing_start = library.arrays["item_start"], library.arrays["routing_start"]
    first, last = item_start[row], item_start[row + 1]
    start, end = routing_start[first], routing_start[last]
    counts = np.bincount(group, minlength=len(members))
    say = weight[group] / (counts[group] * np.maximum(1, last - first))
    lengths = (end - start).astype(np.int64)
    return Doings(
        asker[group].repeat(lengths),
        row.repeat(lengths),
        stretches(start, lengths).astype(np.int64),
        say.repeat(lengths),
    )


def _weights(cosines: np.ndarray) -> np.ndarray:
    """Return the say of each near group."""
    return np.asarray(np.exp((cosines - cosines[:1]) / SHARPNESS), dtype=np.float64)


def practices(
    library: RoutingLibrary,
    residual: np.ndarray,
    doings: Doings,
    wanted: Sequence[Collection[int]],
) -> list[dict[int, Practice]]:
    """Return for each item how its neighbours do each wanted operation that they have.

    Args:
        library: the neighbours' routings.
        residual: (2, operations) log(actual / estimate) of run and setup, NaN without results.
        doings: the neighbours' operations.
        wanted: for each item the numbers of the operations it may show.
    """
    jobs = len(library.names["jobs"])
    is_asked = np.zeros(len(wanted) * jobs, dtype=bool)
    is_asked[[i * jobs + job for i, some in enumerate(wanted) for job in some]] = True
    key = doings.asker * jobs + library.arrays["operation_job"][doings.position]
    place = np.flatnonzero(is_asked[key])
    place = place[np.argsort(key[place], kind="stable")]
    found: list[dict[int, Practice]] = [{} for _ in wanted]
    if len(place):
        table = _Table(library, residual, doings.where(place), key[place])
        for number, practice in zip(table.keys.tolist(), table.practices(), strict=True):
            found[number // jobs][number % jobs] = practice
    return found


class _Table:
    """Operations of neighbours sorted by who asks about which: every stretch is one practice."""

    def __init__(
        self, library: RoutingLibrary, residual: np.ndarray, doings: Doings, key: np.ndarray
    ) -> None:
        self.library, self.doings = library, doings
        self.starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
        self.keys = key[self.starts]
        self.member = np.repeat(np.arange(len(self)), np.diff(np.append(self.starts, len(key))))
        self.residual = residual[:, doings.position]
        outside = self._column("outsourced")
        whole = self._sums(doings.say)
        self.outsourced_share = self._sums(doings.say * outside) / np.where(whole > 0, whole, 1.0)
        outsourced = self.outsourced_share >= OUTSIDE
        self.done = outside == outsourced[self.member]
        self.bought = self.done & outside

    def __len__(self) -> int:
        return len(self.starts)

    def practices(self) -> list[Practice]:
        """Return what is said about each stretch."""
        resources, partners, currencies = self._shares()
        *pauses, prices = self._medians()
        counts = [self._column(f"{kind}_count") for kind in KINDS]
        corrections = [
            self._corrections(*both).tolist() for both in zip(self.residual, counts, strict=True)
        ]
        samples = [self._sums(count).tolist() for count in counts]
        columns = (
            self.outsourced_share.tolist(),
            resources,
            partners,
            currencies,
            list(zip(*pauses, strict=True)),
            prices,
            list(zip(*corrections, strict=True)),
            list(zip(*samples, strict=True)),
            list(zip(*map(self._reporters, counts), strict=True)),
        )
        return [Practice(*said) for said in zip(*columns, strict=True)]

    def _column(self, name: str) -> np.ndarray:
        return np.asarray(self.library.arrays[f"operation_{name}"][self.doings.position])

    def _sums(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(np.add.reduceat(values, self.starts))

    def _stacked(self, columns: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Return several columns end to end, and whose stretch each entry is.

        Args:
            columns: names, with the entries that have a say.
        """
        stretch = self.member + len(self) * np.arange(len(columns))[:, None]
        values = np.stack([self._column(name) for name in columns])
        return values, np.where(np.stack(list(columns.values())), stretch, -1)

    def _shares(self) -> list[list[Shares]]:
        """Return each stretch's resources, partners and currencies with their share of the say."""
        columns = {"resource": self.done, "partner": self.bought, "currency": self.bought}
        number, stretch = self._stacked(columns)
        part = (stretch >= 0) & (number >= 0)
        say = np.broadcast_to(self.doings.say, number.shape)[part]
        most = int(number.max(initial=0)) + 1
        keys, place = np.unique(stretch[part] * most + number[part], return_inverse=True)
        said = np.bincount(place, say)
        member, number = keys // most, keys % most
        share = said / np.bincount(member, said)[member]
        order = np.lexsort((number, -share, member))
        pairs = list(zip(number[order].tolist(), share[order].tolist(), strict=True))
        return _parts(_grouped(member, pairs, len(columns) * len(self)), len(self))

    def _medians(self) -> list[list[float | None]]:
        """Return each stretch's median pauses and price, None where nothing is known."""
        columns = {**dict.fromkeys(PAUSES, self.done), "price": self.bought}
        values, stretch = self._stacked(columns)
        part = (stretch >= 0) & ~np.isnan(values)
        member, values = stretch[part], values[part].astype(np.float64)
        values = values[np.lexsort((values, member))]
        counts = np.bincount(member, minlength=len(columns) * len(self))
        first = np.cumsum(counts) - counts
        lower, upper = first + (counts - 1) // 2, first + counts // 2
        values = np.append(values, np.nan)  # what a stretch at the end without any would point to
        middle = (values[lower.clip(0)] + values[upper]) / 2
        medians = [
            value if count else None
            for value, count in zip(middle.tolist(), counts.tolist(), strict=True)
        ]
        return _parts(medians, len(self))

    def _corrections(self, residual: np.ndarray, count: np.ndarray) -> np.ndarray:
        """Return each stretch's mean residual, as if ``RESIDUAL_PULL`` more had none."""
        known = ~np.isnan(residual)
        weight = np.where(known, self.doings.say * count / (count + 1.0), 0.0)
        total = self._sums(weight * np.where(known, residual, 0.0))
        return np.asarray(total / (RESIDUAL_PULL + self._sums(weight)))

    def _reporters(self, count: np.ndarray) -> list[Sequence[int]]:
        """Return the rows of the first few items of each stretch that have work results."""
        reported = np.flatnonzero(count > 0)
        row, member = self.doings.item[reported], self.member[reported]
        _, first = np.unique(member * len(self.library) + row, return_index=True)
        first.sort()  # nearest first again
        member, row = member[first], row[first]
        few = within(np.bincount(member, minlength=len(self))) < EVIDENCE
        return _grouped(member[few], row[few].tolist(), len(self))


def _grouped(member: np.ndarray, values: list[T], groups: int) -> list[Sequence[T]]:
    """Return the values of each of so many groups; ``member`` (values,) rises."""
    bounds = np.searchsorted(member, np.arange(groups + 1)).tolist()
    return [values[a:b] for a, b in itertools.pairwise(bounds)]


def _parts(values: list[T], size: int) -> list[list[T]]:
    """Return equally long parts of a list."""
    return [values[begin : begin + size] for begin in range(0, len(values), size)]
