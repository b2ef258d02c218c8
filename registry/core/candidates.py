"""From nearest items to ranked, coherent routings.

Candidates are the distinct sequences of the nearest items, the known sequences the network finds
most likely, and composed ones.  Each is described by a few figures (``SCORES``), which a ranker
weighs; its weights are fitted on held-out items, so a plant that is plain leans on what works
there.  The items of a call are looked at together: a candidate is a key of its item and sequence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from registry.core.index import NeighbourIndex
from registry.core.library import RoutingLibrary
from registry.core.ragged import stretches
from registry.core.sequences import SequenceBook, compose

SHARPNESS = 0.05
"""Cosine distance over which a neighbour's say falls to 1/e."""
NEW = -1
"""Stands where a known sequence has its number."""
NOWHERE_NEAR = 0.5
"""Cosine credited to a sequence that nobody nearby has."""
FLOOR = 0.002
"""Share of the vote credited to a sequence that nobody nearby has."""

SCORES = ("operations", "pairs", "vote", "nearest", "frequency", "group", "plain", "composed")


@dataclass(frozen=True, slots=True)
class Pool:
    """The candidates of one item before ranking.

    Attributes:
        sequences: job numbers of each candidate.
        known: its number among the known sequences, -1 when composed.
        scores: (candidates, len(SCORES)).
        shares: each candidate's share of the neighbours' vote.
    """

    sequences: Sequence[tuple[int, ...]]
    known: np.ndarray
    scores: np.ndarray
    shares: np.ndarray


class GroupVotes:
    """For each group of the index, the sequences of its items and how often.

    Attributes:
        width: factor of an item in keys of items and sequences.
    """

    def __init__(self, library: RoutingLibrary, index: NeighbourIndex) -> None:
        pairs = np.unique(
            np.stack([library.routing_item, library.arrays["routing_sequence"]]), axis=1
        )
        self.width = max(library.sequence_count, 1)
        placed = index.groups_of(pairs[0])
        keys = placed[placed >= 0] * self.width + pairs[1][placed >= 0]
        distinct, count = np.unique(keys, return_counts=True)
        self.sequence = (distinct % self.width).astype(np.int32)
        self.count = count.astype(np.float32)
        group = distinct // self.width
        self.start = np.searchsorted(group, np.arange(len(index) + 1))

    def of(self, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the sequences of groups, their counts, and which of the groups each is of."""
        start = self.start[groups]
        lengths = self.start[groups + 1] - start
        places = stretches(start, lengths)
        return self.sequence[places], self.count[places], np.repeat(np.arange(len(groups)), lengths)


@dataclass(frozen=True, slots=True)
class Near:
    """The nearest groups of one item.

    Attributes:
        groups: (k,) nearest first.
        cosines: (k,).
        own: the asked item's own group and sequences, when it must not vote for itself.
    """

    groups: np.ndarray
    cosines: np.ndarray
    own: tuple[int, Sequence[int]] | None = None


@dataclass(frozen=True, slots=True)
class Votes:
    """How the neighbours of several items vote: equally long, sorted by item and sequence.

    Attributes:
        item: which item asks.
        sequence: number of a known sequence.
        share: of the item's vote.
        nearest: the best cosine of a group that has the sequence.
    """

    item: np.ndarray
    sequence: np.ndarray
    share: np.ndarray
    nearest: np.ndarray

    def nearest_by_item(self, count: int) -> list[dict[int, float]]:
        """Return ``nearest`` for each of so many items, by sequence."""
        bounds = np.searchsorted(self.item, np.arange(count + 1)).tolist()
        pairs = list(zip(self.sequence.tolist(), self.nearest.tolist(), strict=True))
        return [dict(pairs[begin:end]) for begin, end in pairwise(bounds)]


def vote(known: GroupVotes, near: Sequence[Near]) -> Votes:
    """Let the nearest groups of each item vote on whole sequences.

    Args:
        known: what each group has.
        near: whom each item asks.
    """
    groups = np.concatenate([each.groups for each in near])
    cosines = np.concatenate([each.cosines for each in near])
    asker = np.repeat(np.arange(len(near)), [len(each.groups) for each in near])
    sequence, count, place = known.of(groups)
    key = asker[place] * known.width + sequence
    own = [(item, *each.own) for item, each in enumerate(near) if each.own is not None]
    if own:
        group_of_own = np.full(len(near), -1)
        group_of_own[[item for item, _, _ in own]] = [group for _, group, _ in own]
        keys = [item * known.width + each for item, _, sequences in own for each in sequences]
        count = count - (np.isin(key, keys) & (groups[place] == group_of_own[asker[place]]))
        key, count, place = key[count > 0], count[count > 0], place[count > 0]
    total = np.bincount(place, count, minlength=len(groups))
    best = np.array([each.cosines[0] if len(each.cosines) else 0.0 for each in near])
    weight = np.exp((cosines - best[asker]) / SHARPNESS) / np.sqrt(np.maximum(total, 1.0))
    said, first, member = np.unique(key, return_index=True, return_inverse=True)
    item, sequence = np.divmod(said, known.width)
    share = np.bincount(member, weight[place] * count)
    whole = np.bincount(item, share)
    return Votes(item, sequence, share / whole[item], cosines[place[first]])


def build_pools(
    book: SequenceBook,
    log_odds: np.ndarray,
    votes: Votes,
    habits: Sequence[Sequence[Mapping[int, float]]],
    *,
    top_known: int = 12,
) -> list[Pool]:
    """Collect and describe the candidates of each item.

    Args:
        book: the known sequences.
        log_odds: (n, outputs) of the items.
        votes: of their neighbours.
        habits: for the ``group`` and the ``plain`` vote, each item's shares of known sequences.
        top_known: how many of the network's own favourites join.
    """
    width = max(len(book.jobs), 1)
    operations, pairs = book.score_known(log_odds)
    voted = votes.item * width + votes.sequence
    by_habit = [_table(shares, width) for shares in habits]
    liked = _favourites(operations + pairs, top_known, width)
    known = np.unique(np.concatenate([voted, liked, *(keys for keys, _ in by_habit)]))
    old_item, number = np.divmod(known, width)
    new_item, new, sums = _composed(book, log_odds)
    nobody = np.full(len(new), NEW)
    item, key = np.concatenate([old_item, new_item]), np.concatenate([known, nobody])
    share, nearest = _looked_up(key, voted, (votes.share, 0.0), (votes.nearest, NOWHERE_NEAR))
    rarest = np.full(len(new), book.frequency.min(initial=0.0))
    scores = (
        np.concatenate([operations[old_item, number], sums[:, 0]]) / 4,
        np.concatenate([pairs[old_item, number], sums[:, 1]]) / 4,
        np.log(share + FLOOR),
        (nearest - 1.0) * 4,
        np.concatenate([book.frequency[number], rarest]) / 4,
        *(np.log(_looked_up(key, keys, (said, 0.0))[0] + FLOOR) for keys, said in by_habit),
        key == NEW,
    )
    sequences = [*map(book.jobs.__getitem__, number.tolist()), *new]
    numbers = np.concatenate([number, nobody])
    table = np.stack(scores, axis=1, dtype=np.float64)
    return _by_item(item, sequences, numbers, table, share, len(log_odds))


def _by_item(
    item: np.ndarray,
    sequences: Sequence[tuple[int, ...]],
    numbers: np.ndarray,
    scores: np.ndarray,
    shares: np.ndarray,
    count: int,
) -> list[Pool]:
    """Return each item's candidates, given those of so many items in any order."""
    order = np.argsort(item, kind="stable")
    bounds = np.searchsorted(item[order], np.arange(count + 1)).tolist()
    sequences = [sequences[place] for place in order.tolist()]
    numbers, scores, shares = numbers[order], scores[order], shares[order]
    return [
        Pool(sequences[begin:end], numbers[begin:end], scores[begin:end], shares[begin:end])
        for begin, end in pairwise(bounds)
    ]


def _composed(
    book: SequenceBook, log_odds: np.ndarray
) -> tuple[np.ndarray, list[tuple[int, ...]], np.ndarray]:
    """Return the new sequences: whose they are, their operations, and their two sums (n, 2)."""
    found = [
        (row, jobs)
        for row, composed in enumerate(compose(book.vocabulary, log_odds))
        for jobs in composed
        if jobs not in book.number
    ]
    sums = np.array([book.score(jobs, log_odds[row]) for row, jobs in found]).reshape(-1, 2)
    return np.array([row for row, _ in found], dtype=np.int64), [jobs for _, jobs in found], sums


def _favourites(scores: np.ndarray, count: int, width: int) -> np.ndarray:
    """Return the keys of each item's best-scored sequences, of scores (n, sequences)."""
    count = min(count, scores.shape[1])
    if not count:
        return np.zeros(0, dtype=np.int64)
    best = np.argpartition(-scores, count - 1, axis=1)[:, :count]
    return np.asarray(best + width * np.arange(len(scores))[:, None]).ravel()


def _table(shares: Sequence[Mapping[int, float]], width: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of all items as sorted keys and their values."""
    key = [item * width + number for item, each in enumerate(shares) for number in each]
    share = [value for each in shares for value in each.values()]
    order = np.argsort(key)
    return np.array(key, dtype=np.int64)[order], np.array(share, dtype=np.float64)[order]


def _looked_up(
    wanted: np.ndarray, keys: np.ndarray, *columns: tuple[np.ndarray, float]
) -> list[np.ndarray]:
    """Return what columns have for wanted keys, each with its own default; ``keys`` rise."""
    if not len(keys):
        return [np.full(len(wanted), default) for _, default in columns]
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found = keys[place] == wanted
    return [np.where(found, values[place], default) for values, default in columns]
