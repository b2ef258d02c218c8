"""The known sequences of operations as outputs of the network, and new ones composed of its pairs.

A composed sequence is found by a beam search over adjacent pairs that have all happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from scipy import sparse

from registry.core.embedding import StepVocabulary, pairs_of
from registry.core.library import RoutingLibrary

UNSEEN_PAIR = -4.0
"""Log-odds given to an adjacent pair too rare to be an output of the network."""
UNLIKELY = -5.0
"""Log-odds up to which an adjacent pair is out of the question."""

Ways = dict[int, list[tuple[int, float]]]
"""For each operation (and the start): what may follow it, and what that adds to the log-odds."""


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
        outputs = [*self.jobs, *(self.pair_outputs(jobs) for jobs in self.jobs)]
        self._sums = _summing(outputs, vocabulary.size + 1)
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
        """Return for every known sequence the summed log-odds of its operations and its pairs.

        Args:
            log_odds: (n, outputs) of n items.

        Returns:
            Two (n, sequences).
        """
        unseen = np.full((len(log_odds), 1), UNSEEN_PAIR, dtype=np.float32)
        sums = np.ascontiguousarray((self._sums @ np.concatenate([log_odds, unseen], axis=1).T).T)
        return sums[:, : len(self.jobs)], sums[:, len(self.jobs) :]

    def score(self, jobs: Sequence[int], log_odds: np.ndarray) -> tuple[float, float]:
        """Return the same two sums for any one sequence."""
        pairs = [
            float(log_odds[o]) if o < self._unseen else UNSEEN_PAIR for o in self.pair_outputs(jobs)
        ]
        return float(log_odds[list(jobs)].sum()), sum(pairs)


def _summing(outputs: Sequence[Sequence[int]], width: int) -> sparse.csr_matrix:
    """Return the (len(outputs), width) matrix that sums the named outputs."""
    ends = np.cumsum([0, *map(len, outputs)])
    flat = np.array([each for some in outputs for each in some], dtype=np.int32)
    ones = np.ones(len(flat), dtype=np.float32)
    return sparse.csr_matrix((ones, flat, ends), shape=(len(outputs), width))


def compose(
    vocabulary: StepVocabulary, log_odds: np.ndarray, *, width: int = 12, longest: int = 60
) -> list[list[tuple[int, ...]]]:
    """Compose for each item the most likely sequences, each operation at most once.

    Args:
        vocabulary: what may follow what.
        log_odds: (n, outputs) of n items.
        width: sequences kept at each step.
        longest: operations after which a sequence is given up.
    """
    start, end = vocabulary.jobs, vocabulary.jobs + 1
    return [
        _beam_search(ways, start, end, width, longest)
        for ways in _likely_ways(vocabulary, log_odds)
    ]


def _beam_search(
    ways: Ways, start: int, end: int, width: int, longest: int
) -> list[tuple[int, ...]]:
    beam: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    finished: list[tuple[float, tuple[int, ...]]] = []
    for _ in range(longest):
        grown: list[tuple[float, tuple[int, ...]]] = []
        for loss, chain in beam:
            for job, gain in ways.get(chain[-1] if chain else start, ()):
                if job == end:
                    finished.append((loss - gain, chain))
                elif job not in chain:
                    grown.append((loss - gain, (*chain, job)))
        if not grown:
            break
        grown.sort()
        beam = grown[:width]
    finished.sort()
    return [chain for _, chain in finished[:width] if chain]


def _likely_ways(vocabulary: StepVocabulary, log_odds: np.ndarray) -> list[Ways]:
    """Return for each item what may well follow what, and what that adds."""
    odds = log_odds.astype(np.float64)
    operations, pairs = odds[:, : vocabulary.jobs], odds[:, vocabulary.jobs :]
    ends = np.zeros((len(odds), 2))  # neither the start nor the end is an operation
    item, likely = np.nonzero(pairs > UNLIKELY)
    before, after = vocabulary.table[likely].T
    gains = pairs[item, likely] + np.concatenate([operations, ends], axis=1)[item, after]
    found: list[Ways] = [{} for _ in log_odds]
    for row, one, next_one, gain in zip(
        item.tolist(), before.tolist(), after.tolist(), gains.tolist(), strict=True
    ):
        found[row].setdefault(one, []).append((next_one, gain))
    return found
