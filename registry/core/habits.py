"""What simple habits propose: the commonest routing of a group, and the plainly nearest item's.

With little data the learned embedding knows little, and a planner's rules of thumb are hard to
beat. Both habits vote beside it, and the ranker gives them the weight that held-out items say they
deserve.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from registry.core.cleaning import CleanItems, Factor, code_key
from registry.core.library import RoutingLibrary
from registry.core.state import State

PLAIN_LIMIT = 4000
"""Routed items up to which the plainly nearest vote; beyond, the embedding knows enough."""
PLAIN_NEIGHBOURS = 5
GROUP_PULL = 1.0
"""How many items of the whole plant are mixed into each group's shares."""


@dataclass(frozen=True)
class GroupHabit:
    """For each value of the most telling column, how often each sequence is used.

    Attributes:
        column: the column, "" when no column tells more than the whole plant.
        shares: value to (sequence, number of items) pairs; "" is the whole plant.
    """

    column: str
    shares: dict[str, list[tuple[int, int]]]

    @classmethod
    def fit(cls, items: CleanItems, library: RoutingLibrary) -> GroupHabit:
        """Choose the column whose commonest routing is right most often on items left out."""
        rows = library.routed
        first = np.array([library.sequences_of(row)[0] for row in rows.tolist()])
        best, column = _left_out_hits(np.zeros(len(rows), dtype=np.int64), first), ""
        for name, factor in items.texts.items():
            groups = _groups(factor)[rows]
            hits = _left_out_hits(groups, first)
            if hits > best:
                best, column = hits, name
        shares: dict[str, list[tuple[int, int]]] = {"": _tally(first)}
        if column:
            factor = items.texts[column]
            groups = _groups(factor)[rows]
            keys = _group_names(factor)
            for group in np.unique(groups[groups >= 0]).tolist():
                shares[keys[group]] = _tally(first[groups == group])
        return cls(column, shares)

    def vote(self, value: str | None, own: Sequence[int] = ()) -> dict[int, float]:
        """Return the shares of the commonest sequences of a value's group.

        Args:
            value: the item's clean value in the column.
            own: sequences of the asked item, when it must not vote for itself.
        """
        group = code_key(value) if value else ""
        group = group if group in self.shares else ""
        counts = {s: n - (own[0] == s if own else 0) for s, n in self.shares[group][:10]}
        total = self._items[group] - bool(own) + GROUP_PULL
        return {s: n / total for s, n in counts.items() if n > 0}

    @cached_property
    def _items(self) -> dict[str, int]:
        """The number of items of each group."""
        return {group: sum(n for _, n in shares) for group, shares in self.shares.items()}

    def with_items(
        self, items: CleanItems, library: RoutingLibrary, rows: np.ndarray
    ) -> GroupHabit:
        """Return the habit with more items counted; the column stays.

        Args:
            items: the items that are added.
            library: a library that holds their routings, its sequences numbered as here.
            rows: their rows in it.
        """
        added: dict[str, Counter[int]] = {"": Counter()}
        column = items.texts.get(self.column)
        for place, row in enumerate(rows.tolist()):
            sequence = library.sequences_of(row)[0]
            added[""][sequence] += 1
            value = column.at(place) if column is not None else None
            if group := code_key(value) if value else "":
                added.setdefault(group, Counter())[sequence] += 1
        shares = dict(self.shares)
        for group, more in added.items():
            count = Counter(dict(shares.get(group, []))) + more
            shares[group] = sorted(count.items(), key=lambda entry: (-entry[1], entry[0]))
        return GroupHabit(self.column, shares)

    def to_state(self) -> State:
        """Return the table."""
        return State(meta={"column": self.column, "shares": self.shares})

    @classmethod
    def from_state(cls, state: State) -> GroupHabit:
        """Rebuild from ``to_state``."""
        shares = {v: [(int(s), int(n)) for s, n in g] for v, g in state.meta["shares"].items()}
        return cls(state.meta["column"], shares)


class PlainHabit:
    """The items nearest by evened features (cosine), for small plants; silent for large ones."""

    def __init__(self, features: sparse.csr_matrix, rows: np.ndarray) -> None:
        self.features, self.rows = features, rows

    @property
    def is_silent(self) -> bool:
        """Whether the plant is too large for it to say anything."""
        return not len(self.rows)

    @classmethod
    def fit(cls, features: sparse.csr_matrix, rows: np.ndarray) -> PlainHabit:
        """Keep the features (len(rows), width) of routed items, at unit length."""
        if len(rows) > PLAIN_LIMIT:
            return cls(features[:0], rows[:0])
        return cls(_unit(features), rows)

    def with_items(self, features: sparse.csr_matrix, rows: np.ndarray) -> PlainHabit:
        """Return the habit with more items; in a large plant it stays silent.

        Args:
            features: (len(rows), width) of the items that are added.
            rows: their rows in the library.
        """
        if self.is_silent:
            return self
        whole = sparse.vstack([self.features, _unit(features)], format="csr")
        return PlainHabit(whole, np.concatenate([self.rows, rows]))

    def vote(
        self, features: sparse.csr_matrix, library: RoutingLibrary, own: Sequence[int | None]
    ) -> list[dict[int, float]]:
        """Return for each asked item the shares of the plainly nearest items' sequences.

        Args:
            features: (n, width) of the asked items.
            library: the routings of the known items.
            own: for each asked item, its own row when it must not vote for itself.
        """
        if self.is_silent:
            return [{} for _ in own]
        near = np.asarray((_unit(features) @ self.features.T).todense())
        return [
            self._vote_one(cosines, library, row) for cosines, row in zip(near, own, strict=True)
        ]

    def _vote_one(
        self, cosines: np.ndarray, library: RoutingLibrary, own: int | None
    ) -> dict[int, float]:
        if own is not None:
            cosines = np.where(self.rows == own, -1.0, cosines)
        order = np.argsort(-cosines, kind="stable")[:PLAIN_NEIGHBOURS]
        shares: dict[int, float] = {}
        for rank, position in enumerate(order.tolist()):
            if cosines[position] < 0:
                continue
            sequences = library.sequences_of(int(self.rows[position]))
            for sequence in sequences:
                shares[sequence] = shares.get(sequence, 0.0) + 0.5**rank / len(sequences)
        whole = sum(shares.values())
        return {s: share / whole for s, share in shares.items()}

    def to_state(self) -> State:
        """Return the features."""
        f = self.features
        arrays = {"data": f.data, "indices": f.indices, "indptr": f.indptr, "rows": self.rows}
        return State(meta={"width": f.shape[1]}, arrays=arrays)

    @classmethod
    def from_state(cls, state: State) -> PlainHabit:
        """Rebuild from ``to_state``."""
        a = state.arrays
        shape = (len(a["indptr"]) - 1, state.meta["width"])
        features = sparse.csr_matrix((a["data"], a["indices"], a["indptr"]), shape=shape)
        return cls(features, a["rows"])


def _unit(features: sparse.csr_matrix) -> sparse.csr_matrix:
    lengths = np.sqrt(np.asarray(features.multiply(features).sum(axis=1)).ravel())
    scale = sparse.diags((1 / np.maximum(lengths, 1e-9)).astype(np.float32))
    return sparse.csr_matrix(scale @ features)


def _group_names(factor: Factor) -> list[str]:
    return list(dict.fromkeys(code_key(value) for value in factor.values))


def _groups(factor: Factor) -> np.ndarray:
    """Return the group of each row, spellings merged, -1 when missing."""
    numbers = {name: number for number, name in enumerate(_group_names(factor))}
    table = np.array([*(numbers[code_key(value)] for value in factor.values), -1])
    return np.asarray(table[factor.codes])


def _left_out_hits(groups: np.ndarray, sequence: np.ndarray) -> int:
    """Count rows whose sequence is the commonest of the other rows of their group."""
    if not len(groups):
        return 0
    width = int(sequence.max()) + 1
    keys, inverse, count = np.unique(
        (groups + 1) * width + sequence, return_inverse=True, return_counts=True
    )
    group = keys // width
    order = np.lexsort((-count, group))
    first = np.ones(len(order), dtype=bool)
    first[1:] = group[order][1:] != group[order][:-1]
    top = order[first]
    second = np.zeros(len(keys), dtype=np.int64)
    follow = np.flatnonzero(~first & np.append(False, first[:-1]))
    second[order[follow - 1]] = count[order[follow]]
    winners = np.zeros(len(keys), dtype=bool)
    winners[top] = count[top] - 1 > second[top]
    winners[top] |= (count[top] > 1) & (second[top] == 0)
    return int(winners[inverse].sum())


def _tally(sequence: np.ndarray) -> list[tuple[int, int]]:
    numbers, count = np.unique(sequence, return_counts=True)
    order = np.lexsort((numbers, -count))
    return [(int(numbers[i]), int(count[i])) for i in order]
