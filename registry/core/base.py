"""What is learned from routings and times, and how it finds an item's neighbours and candidates.

A ``Base`` is the part of a model that is fitted on its items.  What is calibrated on items it has
not seen (the order of candidates, the confidence, the intervals) is kept apart, so that a base
learned without the newest items can calibrate one learned on all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from registry.core.candidates import GroupVotes, Near, Pool, build_pools, vote
from registry.core.confidence import signs_of
from registry.core.encoder import Encoded, Encoder
from registry.core.habits import GroupHabit, PlainHabit
from registry.core.index import NeighbourIndex
from registry.core.items import RawItems
from registry.core.library import RoutingLibrary
from registry.core.ranking import Ranker
from registry.core.sequences import SequenceBook
from registry.core.times import TimeModel

NEIGHBOURS = 50
"""Groups of the index whose routings are candidates."""
POOLED_AT_ONCE = 256
"""Items whose candidates are looked for together: each is scored for every known sequence."""


@dataclass(frozen=True)
class Base:
    """What is learned from routings and times, before anything is calibrated on held-out items."""

    raw: RawItems
    library: RoutingLibrary
    encoder: Encoder
    index: NeighbourIndex
    group: GroupHabit
    plain: PlainHabit
    times: TimeModel
    residual: np.ndarray

    @cached_property
    def book(self) -> SequenceBook:
        """The known sequences, ready to be scored."""
        return SequenceBook(self.library, self.encoder.embedding.vocabulary)

    @cached_property
    def votes(self) -> GroupVotes:
        """What each group of identical vectors does."""
        return GroupVotes(self.library, self.index)

    def retrieve(self, encoded: Encoded, own: Sequence[int | None]) -> list[Retrieved]:
        """Find neighbours and candidates.

        Args:
            encoded: n asked items.
            own: for each its own row, when it must not be its own neighbour.
        """
        groups, cosines = self.index.search(encoded.vectors, NEIGHBOURS + 1)
        near = [self._near(*each) for each in zip(groups, cosines, own, strict=True)]
        by_group, plain = self._group_votes(encoded, near), self._plain_votes(encoded, own)
        found: list[Retrieved] = []
        for begin in range(0, len(near), POOLED_AT_ONCE):
            part = slice(begin, begin + POOLED_AT_ONCE)
            votes = vote(self.votes, near[part])
            habits = [by_group[part], plain[part]]
            pools = build_pools(self.book, encoded.log_odds[part], votes, habits)
            nearest = votes.nearest_by_item(len(pools))
            found += map(self._retrieved, near[part], own[part], nearest, pools)
        return found

    def _near(self, groups: np.ndarray, cosines: np.ndarray, own: int | None) -> Near:
        group = None if own is None else self.index.group_of(own)
        if own is None or group is None:
            return Near(groups, cosines)
        if self.index.start[group + 1] - self.index.start[group] == 1:  # nobody else is in it
            others = groups != group
            groups, cosines = groups[others], cosines[others]
        return Near(groups, cosines, (group, self.library.sequences_of(own)))

    def _group_votes(self, encoded: Encoded, near: Sequence[Near]) -> list[Mapping[int, float]]:
        column = encoded.clean.texts.get(self.group.column)
        return [
            self.group.vote(
                column.at(row) if column is not None else None, each.own[1] if each.own else ()
            )
            for row, each in enumerate(near)
        ]

    def _plain_votes(
        self, encoded: Encoded, own: Sequence[int | None]
    ) -> Sequence[Mapping[int, float]]:
        if self.plain.is_silent:
            return [{}] * len(encoded)
        features = self.encoder.assembler.evened(encoded.features)
        return self.plain.vote(features, self.library, own)

    def _retrieved(
        self, near: Near, own: int | None, nearest: Mapping[int, float], pool: Pool
    ) -> Retrieved:
        rows = self.index.items_of(near.groups)
        if near.own is not None:
            rows = [members[members != own] for members in rows]
        return Retrieved(near.groups, near.cosines, rows, nearest, pool)


@dataclass(frozen=True)
class Retrieved:
    """Neighbours and candidates of one item."""

    groups: np.ndarray
    cosines: np.ndarray
    rows: Sequence[np.ndarray]
    nearest: Mapping[int, float]
    pool: Pool

    def similarity_of(self, place: int) -> float:
        """Return how near the nearest item made like a candidate is; of any, if none is."""
        anyone = float(self.cosines[0]) if len(self.cosines) else 0.0
        return float(self.nearest.get(int(self.pool.known[place]), anyone))


@dataclass(frozen=True)
class Ranked:
    """The order of an item's candidates and the signs of doubt about the first."""

    order: np.ndarray
    chances: np.ndarray
    signs: Sequence[float]


def rank(base: Base, ranker: Ranker, retrieved: Retrieved, log_odds: np.ndarray) -> Ranked:
    """Order the candidates of one item."""
    pool = retrieved.pool
    chances = ranker.chances(pool)
    order = np.argsort(-chances, kind="stable")
    best = int(order[0])
    jobs = pool.sequences[best]
    outputs = [o for o in base.book.pair_outputs(jobs) if o < len(log_odds)]
    known = int(pool.known[best])
    frequency = float(
        base.book.frequency[known if known >= 0 else int(base.book.frequency.argmin())]
    )
    similarity = retrieved.nearest.get(known, -1.0) if known >= 0 else -1.0
    odds = log_odds[[*jobs, *outputs]].tolist()
    signs = signs_of(chances[order], similarity, float(pool.shares[best]), odds, frequency)
    return Ranked(order, chances[order], signs)
