"""From nearest items to ranked, coherent routings.

Candidates are the distinct sequences of the nearest items, the known sequences the network finds
most likely, and sequences composed by a beam search over adjacent pairs that have all happened.
Each is described by a few figures (``SCORES``), which a ranker weighs; its weights are fitted on
held-out items, so a plant that is plain leans on what works there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from registry.core.embedding import StepVocabulary, pairs_of
from registry.core.index import NeighbourIndex
from registry.core.library import RoutingLibrary
from registry.core.ragged import stretches

UNSEEN_PAIR = -4.0
"""Log-odds given to an adjacent pair too rare to be an output of the network."""
SHARPNESS = 0.05
"""Cosine distance over which a neighbour's say falls to 1/e."""
NEW = -1
"""Stands where a known sequence has its number."""
NOWHERE_NEAR = 0.5
"""Cosine credited to a sequence that nobody nearby has."""
UNLIKELY = -5.0
"""Log-odds up to which an adjacent pair is out of the question."""
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


class SequenceBook:
    """The known sequences as outputs of the network, for scoring them all at once.

    Attributes:
        jobs: job numbers of each sequence.
        frequency: (sequences,) log share of items that have it.
    """

    def __init__(self, library: RoutingLibrary, vocabulary: StepVocabulary) -> None:
        self.vocabulary = vocabulary
        self.jobs = [library.jobs_of_sequence(s) for s in range(library.sequence_count)]
        self._place = {pair: vocabulary.jobs + i for i, pair in enumerate(vocabulary.pairs)}
        self._unseen = vocabulary.size
        pairs = [self.pair_outputs(jobs) for jobs in self.jobs]
        self._job_start, self._job_flat = _flatten(self.jobs)
        self._pair_start, self._pair_flat = _flatten(pairs)
        items = np.unique(
            np.stack([library.routing_item, library.arrays["routing_sequence"]]), axis=1
        )
        count = np.bincount(items[1], minlength=len(self.jobs))
        self.frequency = np.log((count + 0.5) / (count.sum() + 1.0))

    def pair_outputs(self, jobs: Sequence[int]) -> list[int]:
        """Return the outputs of a sequence's adjacent pairs."""
        return [self._place.get(p, self._unseen) for p in pairs_of(jobs, self.vocabulary.jobs)]

    @cached_property
    def number(self) -> dict[tuple[int, ...], int]:
        """The number of each known sequence."""
        return {jobs: number for number, jobs in enumerate(self.jobs)}

    @cached_property
    def followers(self) -> dict[int, list[tuple[int, int]]]:
        """For each operation (and the start), what may follow and the pair's output."""
        found: dict[int, list[tuple[int, int]]] = {}
        for (a, b), place in self._place.items():
            found.setdefault(a, []).append((b, place))
        return found

    def score_known(self, log_odds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return for every known sequence the summed log-odds of its operations and its pairs."""
        odds = np.append(log_odds, np.float32(UNSEEN_PAIR))
        operations = np.add.reduceat(odds[self._job_flat], self._job_start)
        pairs = np.add.reduceat(odds[self._pair_flat], self._pair_start)
        return operations, pairs

    def score(self, jobs: Sequence[int], log_odds: np.ndarray) -> tuple[float, float]:
        """Return the same two sums for any one sequence."""
        pairs = [
            float(log_odds[o]) if o < self._unseen else UNSEEN_PAIR for o in self.pair_outputs(jobs)
        ]
        return float(log_odds[list(jobs)].sum()), sum(pairs)


def beam_search(
    book: SequenceBook, log_odds: np.ndarray, *, width: int = 12, longest: int = 60
) -> list[tuple[int, ...]]:
    """Compose the most likely sequences of adjacent pairs, each operation at most once.

    Args:
        book: what may follow what.
        log_odds: (outputs,) of one item.
        width: sequences kept at each step.
        longest: operations after which a sequence is given up.
    """
    jobs = book.vocabulary.jobs
    ways = _likely_ways(book.vocabulary, log_odds)
    beam: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    finished: list[tuple[float, tuple[int, ...]]] = []
    for _ in range(longest):
        grown: list[tuple[float, tuple[int, ...]]] = []
        for score, chain in beam:
            for job, gain in ways.get(chain[-1] if chain else jobs, ()):
                if job == jobs + 1:
                    finished.append((score + gain, chain))
                elif job not in chain:
                    grown.append((score + gain, (*chain, job)))
        if not grown:
            break
        grown.sort(key=lambda entry: (-entry[0], entry[1]))
        beam = grown[:width]
    finished.sort(key=lambda entry: (-entry[0], entry[1]))
    return [chain for _, chain in finished[:width] if chain]


def _likely_ways(
    vocabulary: StepVocabulary, log_odds: np.ndarray
) -> dict[int, list[tuple[int, float]]]:
    """Return for each operation (and the start) what may well follow, and what that adds."""
    operations, pairs = np.split(log_odds.astype(np.float64), [vocabulary.jobs])
    likely = np.flatnonzero(pairs > UNLIKELY)
    before, after = vocabulary.table[likely].T
    ends = np.zeros(2)  # neither the start nor the end is an operation
    gains = pairs[likely] + np.append(operations, ends)[after]
    ways: dict[int, list[tuple[int, float]]] = {}
    for one, next_one, gain in zip(before.tolist(), after.tolist(), gains.tolist(), strict=True):
        ways.setdefault(one, []).append((next_one, gain))
    return ways


class GroupVotes:
    """For each group of the index, the sequences of its items and how often."""

    def __init__(self, library: RoutingLibrary, index: NeighbourIndex) -> None:
        pairs = np.unique(
            np.stack([library.routing_item, library.arrays["routing_sequence"]]), axis=1
        )
        placed = index.groups_of(pairs[0])
        keys = placed[placed >= 0] * max(library.sequence_count, 1) + pairs[1][placed >= 0]
        distinct, count = np.unique(keys, return_counts=True)
        self.sequence = (distinct % max(library.sequence_count, 1)).astype(np.int32)
        self.count = count.astype(np.float32)
        group = distinct // max(library.sequence_count, 1)
        self.start = np.searchsorted(group, np.arange(len(index) + 1))

    def of(self, groups: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the sequences of groups, their counts, and which of the groups each is of."""
        start = self.start[groups]
        lengths = self.start[groups + 1] - start
        places = stretches(start, lengths)
        return self.sequence[places], self.count[places], np.repeat(np.arange(len(groups)), lengths)


def vote(
    votes: GroupVotes,
    groups: np.ndarray,
    cosines: np.ndarray,
    own: tuple[int, Sequence[int]] | None = None,
) -> tuple[dict[int, float], dict[int, float]]:
    """Let the nearest groups vote on whole sequences.

    Args:
        votes: what each group has.
        groups: (k,) nearest first.
        cosines: (k,).
        own: the asked item's own group and sequences, when it must not vote for itself.

    Returns:
        Each sequence's share of the vote, and the best cosine of a group that has it.
    """
    sequence, count, place = votes.of(groups)
    if own is not None:
        count = count - (np.isin(sequence, own[1]) & (groups[place] == own[0]))
        sequence, count, place = sequence[count > 0], count[count > 0], place[count > 0]
    if not len(sequence):
        return {}, {}
    total = np.bincount(place, count, minlength=len(groups))
    weight = np.exp((cosines - cosines[0]) / SHARPNESS) / np.sqrt(np.maximum(total, 1.0))
    said, first, member = np.unique(sequence, return_index=True, return_inverse=True)
    share = np.bincount(member, weight[place] * count)
    numbers = said.tolist()
    shares = dict(zip(numbers, (share / share.sum()).tolist(), strict=True))
    return shares, dict(zip(numbers, cosines[place[first]].tolist(), strict=True))


def _flatten(lists: Sequence[Sequence[int]]) -> tuple[np.ndarray, np.ndarray]:
    lengths = np.array([len(entries) for entries in lists], dtype=np.int64)
    flat = np.array([entry for entries in lists for entry in entries], dtype=np.int64)
    return np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64), flat


def build_pool(
    book: SequenceBook,
    log_odds: np.ndarray,
    shares: Mapping[int, float],
    nearest: Mapping[int, float],
    extra: Sequence[Mapping[int, float]],
    *,
    top_known: int = 12,
    composed: bool = True,
) -> Pool:
    """Collect and describe the candidates of one item.

    Args:
        book: the known sequences.
        log_odds: (outputs,) of the item.
        shares: each known sequence's share of the neighbours' vote.
        nearest: the best cosine of a neighbour that has it.
        extra: the shares of the ``group`` and the ``plain`` vote.
        top_known: how many of the network's own favourites join.
        composed: whether to compose new sequences.
    """
    operations, pairs = book.score_known(log_odds)
    whole = operations + pairs
    count = min(top_known, len(whole))
    favourites = np.argpartition(-whole, count - 1)[:count].tolist() if count else []
    known = sorted({*shares, *favourites, *(s for votes in extra for s in votes)})
    new = beam_search(book, log_odds) if composed else []
    new = [jobs for jobs in new if jobs not in book.number]
    sums = np.array([book.score(jobs, log_odds) for jobs in new]).reshape(-1, 2)
    rarest = np.full(len(new), book.frequency.min(initial=0.0))
    numbers = [*known, *([NEW] * len(new))]
    share = _looked_up(shares, numbers, 0.0)
    scores = (
        np.append(operations[known], sums[:, 0]) / 4,
        np.append(pairs[known], sums[:, 1]) / 4,
        np.log(share + FLOOR),
        (_looked_up(nearest, numbers, NOWHERE_NEAR) - 1.0) * 4,
        np.append(book.frequency[known], rarest) / 4,
        *(np.log(_looked_up(votes, numbers, 0.0) + FLOOR) for votes in extra),
        np.arange(len(numbers)) >= len(known),
    )
    return Pool(
        [*(book.jobs[number] for number in known), *new],
        np.array(numbers, dtype=np.int64),
        np.stack(scores, axis=1, dtype=np.float64),
        share,
    )


def _looked_up(told: Mapping[int, float], numbers: Sequence[int], default: float) -> np.ndarray:
    return np.array([told.get(number, default) for number in numbers], dtype=np.float64)
