"""Gradient-boosted trees as plain arrays.

A library grows them (``registry.core.boosting``); an answer needs them a few rows at a time,
thousands of times.  No tree is walked: a split that a row fails rules out the leaves left of it, as
bits of a word, and the first of those left over is the row's (QuickScorer; Lucchese et al., 2015).
Splits on an item's figures are looked at once for all operations that are asked about it, splits on
the operation once for all.  The arrays load memory-mapped and need no pickle; the figures are the
grower's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np

from registry.core.state import State

LEAVES = 64
"""Most leaves of a tree: bits of a word."""
AT_ONCE = 100_000
"""Splits times items, or trees times rows, looked at at once: what fits a core's own cache."""
EVERY = np.uint64(2**LEAVES - 1)


@dataclass(frozen=True)
class Forest:
    """Regression trees whose leaves are summed.

    Attributes:
        roots: (trees,) first node of each tree.
        feature: (nodes,) column a node looks at.
        threshold: (nodes,) goes left when the value is at most this; NaN for a node on categories.
        left: (nodes,) next node; a leaf is its own.
        right: (nodes,).
        bits: (nodes,) row in ``categories``, -1 without.
        value: (nodes,) of a leaf.
        categories: (sets, words) uint32, the categories that go left, as bits.
        start: what an empty forest would answer.
    """

    roots: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    bits: np.ndarray
    value: np.ndarray
    categories: np.ndarray
    start: float

    @classmethod
    def joined(
        cls, trees: Sequence[Mapping[str, np.ndarray]], categories: np.ndarray, start: float
    ) -> Forest:
        """Lay trees end to end.

        Args:
            trees: for each its ``feature``, ``threshold``, ``left``, ``right`` (numbers within the
                tree), ``bits`` and ``value``; the root comes first.
            categories: the sets that ``bits`` name.
            start: added to every sum.

        Raises:
            ValueError: a tree has more than ``LEAVES`` leaves.
        """
        if any(len(tree["value"]) >= 2 * LEAVES for tree in trees):
            raise ValueError(f"a tree has more than {LEAVES} leaves")
        sizes = np.array([len(tree["value"]) for tree in trees], dtype=np.int64)
        roots = np.cumsum(sizes) - sizes
        first = np.repeat(roots, sizes)
        whole = {name: np.concatenate([tree[name] for tree in trees]) for name in trees[0]}
        left, right = whole["left"] + first, whole["right"] + first
        return cls(
            roots=roots.astype(np.int32),
            feature=whole["feature"].astype(np.int32),
            threshold=whole["threshold"].astype(np.float64),
            left=left.astype(np.int32),
            right=right.astype(np.int32),
            bits=whole["bits"].astype(np.int32),
            value=whole["value"].astype(np.float64),
            categories=categories,
            start=start,
        )

    @classmethod
    def empty(cls) -> Forest:
        """Return a forest that answers 0.0."""
        zero = np.zeros(1)
        leaf = {"feature": zero, "threshold": zero, "left": zero, "right": zero, "value": zero}
        return cls.joined([{**leaf, "bits": zero - 1}], np.zeros((0, 1), np.uint32), 0.0)

    def predict(self, figures: np.ndarray, item: np.ndarray, category: np.ndarray) -> np.ndarray:
        """Return (n,) for n operations.

        Args:
            figures: (items, columns - 1) the items' columns, all but the first.
            item: (n,) the item of each operation.
            category: (n,) column 0 of each, which alone holds categories.
        """
        left_over = self._after_figures(figures)
        known = np.minimum(category.astype(np.int64), len(self._after_category) - 1)
        answers = np.empty(len(item))
        step = max(1, AT_ONCE // len(self.roots))
        for begin in range(0, len(item), step):
            part = slice(begin, begin + step)
            bits = left_over[item[part]] & self._after_category[known[part]]
            first = np.bitwise_count(~bits & (bits - np.uint64(1)))
            answers[part] = self._leaves.take(self._first_leaf + first).sum(axis=1)
        return answers + self.start

    def _after_figures(self, figures: np.ndarray) -> np.ndarray:
        """Return (items, trees) the leaves that are left over after the splits on figures."""
        splits, columns, limits = self._on_figures
        step = max(1, AT_ONCE // max(1, len(columns)))
        parts = [
            splits.left_over(figures[begin : begin + step].take(columns, axis=1) <= limits)
            for begin in range(0, len(figures), step)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, len(self.roots)), np.uint64)

    @cached_property
    def _after_category(self) -> np.ndarray:
        """(categories + 1, trees), the last for a category that was never seen."""
        inside = np.unpackbits(self.categories.view(np.uint8), axis=1, bitorder="little")
        inside = np.pad(inside, ((0, 0), (0, 1))).T.astype(bool)
        return self._on_category.left_over(inside[:, self.bits[self._on_category.nodes]])

    @cached_property
    def _on_figures(self) -> tuple[_Splits, np.ndarray, np.ndarray]:
        """The splits on figures, the column that each looks at, and up to where it goes left."""
        splits = self._splits(self.bits < 0)
        columns = self.feature[splits.nodes].astype(np.int64) - 1
        return splits, columns, np.array(self.threshold[splits.nodes])

    @cached_property
    def _on_category(self) -> _Splits:
        return self._splits(self.bits >= 0)

    def _splits(self, chosen: np.ndarray) -> _Splits:
        nodes = np.flatnonzero(chosen & (self.left != np.arange(len(self.left))))
        before, under = self._places
        ruled_out = (np.uint64(1) << under[self.left[nodes]]) - np.uint64(1) << before[nodes]
        return _Splits(nodes, ~ruled_out, self._tree[nodes], len(self.roots))

    @cached_property
    def _tree(self) -> np.ndarray:
        """The tree of each node."""
        return np.searchsorted(self.roots, np.arange(len(self.value)), side="right") - 1

    @cached_property
    def _places(self) -> tuple[np.ndarray, np.ndarray]:
        """For each node, the leaves of its tree that stand before it, and those under it."""
        levels = list(_levels(self.roots, self.left, self.right))
        under = np.ones(len(self.value), dtype=np.uint64)
        before = np.zeros(len(self.value), dtype=np.uint64)
        for nodes in reversed(levels):
            under[nodes] = under[self.left[nodes]] + under[self.right[nodes]]
        for nodes in levels:
            before[self.left[nodes]] = before[nodes]
            before[self.right[nodes]] = before[nodes] + under[self.left[nodes]]
        return before, under

    @cached_property
    def _leaves(self) -> np.ndarray:
        """The leaves' values, tree after tree and from left to right."""
        leaf = np.flatnonzero(self.left == np.arange(len(self.left)))
        order = np.lexsort((self._places[0][leaf], self._tree[leaf]))
        return np.asarray(self.value[leaf[order]])

    @cached_property
    def _first_leaf(self) -> np.ndarray:
        """Where the leaves of each tree begin."""
        count = self._places[1][self.roots].astype(np.int64)
        return np.asarray(np.cumsum(count) - count)

    def to_state(self) -> State:
        """Return the arrays."""
        parts = {each.name: getattr(self, each.name) for each in fields(self)}
        return State(meta={"start": parts.pop("start")}, arrays=parts)

    @classmethod
    def from_state(cls, state: State) -> Forest:
        """Rebuild from ``to_state``."""
        return cls(**{each.name: {**state.arrays, **state.meta}[each.name] for each in fields(cls)})


class _Splits:
    """Some of a forest's splits, tree after tree.

    Attributes:
        nodes: (n,) the splits.
        kept: (n,) uint64, the leaves that are left over where a row goes right.
    """

    def __init__(self, nodes: np.ndarray, kept: np.ndarray, tree: np.ndarray, trees: int) -> None:
        self.nodes, self.kept, self._count = nodes, kept, trees
        self._trees, self._first = np.unique(tree, return_index=True)

    def left_over(self, goes_left: np.ndarray) -> np.ndarray:
        """Return (rows, trees) uint64, the leaves that no split (rows, n) rules out."""
        bits = np.full((len(goes_left), self._count), EVERY)
        if len(self.nodes):
            kept = np.where(goes_left, EVERY, self.kept)
            bits[:, self._trees] = np.bitwise_and.reduceat(kept, self._first, axis=1)
        return bits


def _levels(roots: np.ndarray, left: np.ndarray, right: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the splits of each level, from the roots on."""
    nodes = roots[left[roots] != roots]
    while len(nodes):
        yield nodes
        nodes = np.concatenate([left[nodes], right[nodes]])
        nodes = nodes[left[nodes] != nodes]
