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

from registry.core.candidates import GroupVotes, Pool, SequenceBook, build_pool, vote
from registry.core.confidence import signs_of
from registry.core.encoder import Encoded, Encoder
from registry.core.habits import GroupHabit, PlainHabit
from registry.core.index import NeighbourIndex
from registry.core.items import RawItems
from registry.core.library import RoutingLibrary
from registry.core.ranking import Ranker
from registry.core.times import TimeModel

NEIGHBOURS = 50
"""Groups of the index whose routings are candidates."""


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
        plain = self._plain_votes(encoded, own)
        return [
            self._retrieve_one(encoded, i, groups[i], cosines[i], plain[i], own[i])
            for i in range(len(encoded))
        ]

    def _plain_votes(
        self, encoded: Encoded, own: Sequence[int | None]
    ) -> Sequence[Mapping[int, float]]:
        if self.plain.is_silent:
            return [{}] * len(encoded)
        features = self.encoder.assembler.evened(encoded.features)
        return self.plain.vote(features, self.library, own)

    def _retrieve_one(
        self,
        encoded: Encoded,
        row: int,
        groups: np.ndarray,
        cosines: np.ndarray,
        plain: Mapping[int, float],
        own: int | None,
    ) -> Retrieved:
        mine: tuple[int, Sequence[int]] | None = None
        sequences: Sequence[int] = ()
        if own is not None and (group_of_own := self.index.group_of(own)) is not None:
            sequences = self.library.sequences_of(own)
            mine = (group_of_own, sequences)
        rows = self.index.items_of(groups)
        if own is not None:
            rows = [members[members != own] for members in rows]
            kept = [i for i, members in enumerate(rows) if len(members)]
            groups, cosines, rows = groups[kept], cosines[kept], [rows[i] for i in kept]
        shares, nearest = vote(self.votes, groups, cosines, mine)
        column = encoded.clean.texts.get(self.group.column)
        group = self.group.vote(column.at(row) if column is not None else None, sequences)
        pool = build_pool(self.book, encoded.log_odds[row], shares, nearest, [group, plain])
        return Retrieved(groups, cosines, rows, nearest, pool)


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
