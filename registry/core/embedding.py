"""What an item needs to know to be routed, and the vector inside it.

The network says which operations an item needs and which operation follows which (start and end
included).  Its last hidden layer, at unit length, is the item's vector: items are near when they
are made the same way, because that is all the layer has to tell apart.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from registry.core.library import RoutingLibrary
from registry.core.network import Network, NetworkSpec
from registry.core.progress import Progress
from registry.core.state import State

STEP = "learning which items are made alike"
MIN_PAIR_COUNT = 5
"""Items an adjacent pair must have been seen on to be an output of its own."""


@dataclass(frozen=True)
class StepVocabulary:
    """The outputs of the network: every operation, then every adjacent pair seen often enough.

    Start and end are the numbers ``jobs`` and ``jobs + 1``.
    """

    jobs: int
    pairs: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, library: RoutingLibrary) -> StepVocabulary:
        """Count the pairs of a library, once for each item."""
        jobs = len(library.names["jobs"])
        counts: Counter[tuple[int, int]] = Counter()
        for row in library.routed.tolist():
            steps = {
                pair
                for sequence in library.sequences_of(row)
                for pair in pairs_of(library.jobs_of_sequence(sequence), jobs)
            }
            counts.update(steps)
        least = min(MIN_PAIR_COUNT, max(1, len(library.routed) // 40))
        return cls(jobs, tuple(sorted(pair for pair, n in counts.items() if n >= least)))

    @cached_property
    def table(self) -> np.ndarray:
        """(pairs, 2) the pairs as an array."""
        return np.array(self.pairs, dtype=np.int64).reshape(-1, 2)

    @property
    def size(self) -> int:
        """Number of outputs."""
        return self.jobs + len(self.pairs)

    def targets(self, library: RoutingLibrary, rows: np.ndarray) -> sparse.csr_matrix:
        """Return (rows, outputs) float32: the share of the item's routings that has each output."""
        place = {pair: self.jobs + i for i, pair in enumerate(self.pairs)}
        outputs = [
            sorted({*jobs, *(place[p] for p in pairs_of(jobs, self.jobs) if p in place)})
            for jobs in map(library.jobs_of_sequence, range(library.sequence_count))
        ]
        indptr, indices, data = [0], [], []
        for row in rows.tolist():
            sequences = library.sequences_of(row)
            if len(sequences) == 1:
                indices.extend(outputs[sequences[0]])
                data.extend([1.0] * len(outputs[sequences[0]]))
            else:
                shares = Counter(output for s in sequences for output in outputs[s])
                indices.extend(shares)
                data.extend(count / len(sequences) for count in shares.values())
            indptr.append(len(indices))
        matrix = (np.array(data, np.float32), np.array(indices, np.int32), np.array(indptr))
        return sparse.csr_matrix(matrix, shape=(len(rows), self.size))


def pairs_of(jobs: Sequence[int], job_count: int) -> list[tuple[int, int]]:
    """Return the adjacent pairs of a sequence, start and end included."""
    chain = [job_count, *jobs, job_count + 1]
    return list(itertools.pairwise(chain))


class CrossEntropy:
    """Binary cross-entropy of all outputs, weighted by item."""

    def __init__(self, targets: sparse.csr_matrix, item_weights: np.ndarray | None = None) -> None:
        self.targets = targets
        self.item_weights = item_weights

    @property
    def start(self) -> np.ndarray:
        """The log-odds of each output's share."""
        rows = self.targets.shape[0]
        share = (np.asarray(self.targets.sum(axis=0)).ravel() + 0.5) / (rows + 1.0)
        return np.asarray(np.log(share / (1 - share)))

    def gradient(self, outputs: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return probability - target."""
        error = 1 / (1 + np.exp(-np.clip(outputs, -30, 30))) - self.targets[rows].toarray()
        if self.item_weights is not None:
            error *= self.item_weights[rows, None]
        return np.asarray(error, dtype=np.float32)


class RoutingEmbedding:
    """Features to unit vectors (n, 128) and log-odds of operations and pairs (n, outputs)."""

    def __init__(self, network: Network, vocabulary: StepVocabulary) -> None:
        self.network, self.vocabulary = network, vocabulary

    @classmethod
    def fit(
        cls,
        features: sparse.csr_matrix,
        library: RoutingLibrary,
        rows: np.ndarray,
        spec: NetworkSpec,
        *,
        seed: int,
        item_weights: np.ndarray | None = None,
        progress: Progress | None = None,
    ) -> RoutingEmbedding:
        """Learn from the routed items.

        Args:
            features: (len(rows), width) of the routed items.
            library: their routings.
            rows: their rows in the library.
            spec: shape and training of the network.
            seed: of initial weights, batches and dropout.
            item_weights: (len(rows),) mean 1; how much each item counts.
            progress: told after every epoch.
        """
        vocabulary = StepVocabulary.of(library)
        loss = CrossEntropy(vocabulary.targets(library, rows), item_weights)
        if progress is not None:
            progress.report(0.0, STEP)
        network = Network.fit(
            features, loss, spec, seed=seed, progress=progress,
            step_name=STEP,
        )  # fmt: skip
        return cls(network, vocabulary)

    def from_first_layer(self, first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return unit vectors and log-odds from the first layer."""
        hidden, log_odds = self.network.from_first_layer(first)
        lengths = np.linalg.norm(hidden, axis=1, keepdims=True)
        return hidden / np.maximum(lengths, 1e-9), log_odds

    def transform(
        self, features: sparse.csr_matrix, batch: int = 4096
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return unit vectors (n, 128) and log-odds (n, outputs), float32."""
        vectors = np.empty((features.shape[0], self.network.weights["w2"].shape[1]), np.float32)
        log_odds = np.empty((features.shape[0], self.vocabulary.size), np.float32)
        for start in range(0, features.shape[0], batch):
            part = slice(start, start + batch)
            first = self.network.first_layer(features[part])
            vectors[part], log_odds[part] = self.from_first_layer(first)
        return vectors, log_odds

    def to_state(self) -> State:
        """Return weights and vocabulary."""
        pairs = np.array(self.vocabulary.pairs, dtype=np.int32).reshape(-1, 2)
        return State(
            meta={"jobs": self.vocabulary.jobs},
            arrays={**self.network.to_state().arrays, "pairs": pairs},
        )

    @classmethod
    def from_state(cls, state: State) -> RoutingEmbedding:
        """Rebuild from ``to_state``."""
        arrays = dict(state.arrays)
        pairs = tuple((int(a), int(b)) for a, b in arrays.pop("pairs").tolist())
        return cls(Network(arrays), StepVocabulary(int(state.meta["jobs"]), pairs))
