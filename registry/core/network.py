"""A small network over sparse features: the engine behind the embedding and the times.

Two rectified hidden layers trained with Adam (Kingma & Ba, 2015) and decoupled weight decay
(Loshchilov & Hutter, 2019), dropout (Srivastava et al., 2014) on features and layers, and a
cosine-annealed rate.  Plain float32 arrays: scikit-learn's network has neither dropout nor masked
targets nor a way to stop within an epoch (docs/adr/0009).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from registry.core.progress import DETAIL, Progress, Silent
from registry.core.state import State

FIRST = np.float32(0.9)
"""What a step keeps of the mean slope."""
SECOND = np.float32(0.999)
"""What a step keeps of the mean squared slope."""
EPSILON = np.float32(1e-8)
CACHED_ROWS = 64
TOLD_STEPS = 10
"""Steps after which progress is told once more within an epoch."""


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """How a network is shaped and trained."""

    hidden: int = 256
    last: int = 128
    steps: int = 3000
    max_epochs: int = 120
    batch: int = 128
    rate: float = 6e-3
    decay: float = 0.2
    drop_features: float = 0.05
    drop_hidden: float = 0.25
    max_items: int = 60_000


class Loss(Protocol):
    """What the outputs are wanted to be."""

    @property
    def start(self) -> np.ndarray:
        """The outputs (outputs,) before anything is learned."""

    def gradient(self, outputs: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the derivative of the loss of each row by its outputs (rows, outputs)."""


class Network:
    """Features to the last hidden layer and to outputs.

    Attributes:
        weights: ``w1 (features, hidden)``, ``b1``, ``w2 (hidden, last)``, ``b2``,
            ``w3 (last, outputs)``, ``b3``; all float32.
    """

    def __init__(self, weights: Mapping[str, np.ndarray]) -> None:
        self.weights = dict(weights)

    @classmethod
    def fit(
        cls,
        features: sparse.csr_matrix,
        loss: Loss,
        spec: NetworkSpec,
        *,
        seed: int,
        progress: Progress | None = None,
        step_name: str = "learning",
    ) -> Network:
        """Train on (n, width) float32 features; equal seeds give equal bits."""
        training = _Training(features, loss, spec, np.random.default_rng(seed))
        # One thread: these products are too small to share, and a second one that waits for a busy
        # core made a step five times slower.
        with threadpool_limits(1, user_api="blas"):
            return cls(training.run(progress or Silent(), step_name))

    def first_layer(self, features: sparse.csr_matrix) -> np.ndarray:
        """Return the first layer (n, hidden) before rectifying: linear in the features."""
        return np.asarray(features @ self.weights["w1"] + self.weights["b1"])

    def from_first_layer(self, first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the last hidden layer (n, last) and the outputs (n, outputs)."""
        hidden = np.maximum(first, 0) @ self.weights["w2"]
        hidden += self.weights["b2"]
        np.maximum(hidden, 0, out=hidden)
        return hidden, hidden @ self.weights["w3"] + self.weights["b3"]

    def to_state(self) -> State:
        """Return the weights."""
        return State(arrays=self.weights)

    @classmethod
    def from_state(cls, state: State) -> Network:
        """Rebuild from ``to_state``."""
        return cls(state.arrays)


class _Training:
    """One run of the optimiser: weights, moments, and the data they see."""

    def __init__(
        self, features: sparse.csr_matrix, loss: Loss, spec: NetworkSpec, rng: np.random.Generator
    ) -> None:
        self.features, self.loss, self.spec, self.rng = features, loss, spec, rng
        self.weights = _initial(features.shape[1], loss.start, spec, rng)
        self.first = {name: np.zeros_like(w) for name, w in self.weights.items()}
        self.second = {name: np.zeros_like(w) for name, w in self.weights.items()}
        self.second["w1"] = np.zeros((features.shape[1], 1), np.float32)
        self.step = 0

    def run(self, progress: Progress, step_name: str) -> dict[str, np.ndarray]:
        """Train for as many steps as the specification allows."""
        spec, rows = self.spec, self.features.shape[0]
        per_epoch = max(1, -(-min(rows, spec.max_items) // spec.batch))
        total = max(min(spec.steps, spec.max_epochs * per_epoch), 3 * per_epoch)
        batches: list[np.ndarray] = []
        while self.step < total:
            if not batches:
                shuffled = self.rng.permutation(rows)[: spec.max_items]
                batches = np.array_split(shuffled, per_epoch)
            if self.step % TOLD_STEPS == 0 or len(batches) == per_epoch:
                epoch = f"epoch {self.step // per_epoch + 1} of {-(-total // per_epoch)}"
                batch = f"batch {per_epoch - len(batches) + 1} of {per_epoch}"
                progress.report(self.step / total, f"{step_name}{DETAIL}{epoch}{DETAIL}{batch}")
            self._descend(batches.pop(), total)
        progress.report(1.0, step_name)
        return self.weights

    def _descend(self, rows: np.ndarray, total: int) -> None:
        gradients = self._gradients(rows)
        self.step += 1
        rate = self._rate(total)
        stride = rate / (1 - float(FIRST) ** self.step)
        keep = 1 - rate * self.spec.decay
        settled = 1 / (1 - float(SECOND) ** self.step)
        for name, gradient in gradients.items():
            moments = self.first[name], self.second[name]
            descend = _descend_by_rows if name == "w1" else _descend_by_entries
            shrink = keep if name.startswith("w") else 1.0
            descend(self.weights[name], gradient, moments, stride, shrink, settled)

    def _rate(self, total: int) -> float:
        warm = max(1, total // 20)
        if self.step <= warm:
            return self.spec.rate * self.step / warm
        share = (self.step - warm) / max(1, total - warm)
        return float(self.spec.rate * (0.02 + 0.98 * 0.5 * (1 + np.cos(np.pi * share))))

    def _gradients(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        spec, w = self.spec, self.weights
        x = self.features[rows]
        keep = np.float32(1 - spec.drop_features)
        x.data *= (self.rng.random(len(x.data), dtype=np.float32) < keep) / keep
        h1, mask1 = self._layer(np.asarray(x @ w["w1"]) + w["b1"])
        h2, mask2 = self._layer(h1 @ w["w2"] + w["b2"])
        error = self.loss.gradient(h2 @ w["w3"] + w["b3"], rows) / np.float32(len(rows))
        d2 = (error @ w["w3"].T) * mask2
        d1 = (d2 @ w["w2"].T) * mask1
        return {
            "w3": h2.T @ error,
            "b3": error.sum(axis=0),
            "w2": h1.T @ d2,
            "b2": d2.sum(axis=0),
            "w1": np.asarray(x.T @ d1),
            "b1": d1.sum(axis=0),
        }

    def _layer(self, before: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        keep = np.float32(1 - self.spec.drop_hidden)
        mask = (before > 0) & (self.rng.random(before.shape, dtype=np.float32) < keep)
        scaled = mask.astype(np.float32) / keep
        return before * scaled, scaled


def _descend_by_entries(
    weights: np.ndarray,
    gradient: np.ndarray,
    moments: tuple[np.ndarray, np.ndarray],
    stride: float,
    shrink: float,
    settled: float,
) -> None:
    """Adam: each weight has a pace of its own.  Uses up the gradient."""
    first, second = moments
    first *= FIRST
    first += np.float32(1 - FIRST) * gradient
    second *= SECOND
    gradient *= gradient
    second += np.float32(1 - SECOND) * gradient
    pace = np.sqrt(second * np.float32(settled)) + EPSILON
    weights *= np.float32(shrink)
    weights -= np.float32(stride) * first / pace


def _descend_by_rows(
    weights: np.ndarray,
    gradient: np.ndarray,
    moments: tuple[np.ndarray, np.ndarray],
    stride: float,
    shrink: float,
    settled: float,
) -> None:
    """Adam with one pace for all weights of a feature, some rows at a time to stay in the cache.

    A feature's weights are all touched by the same items, so one second moment describes them; this
    is a third of the work, and generalised better than one for each weight (docs/adr/0009).
    """
    first, second = moments
    for start in range(0, len(weights), CACHED_ROWS):
        part = slice(start, start + CACHED_ROWS)
        slope, along, weight, spread = gradient[part], first[part], weights[part], second[part]
        spread *= SECOND
        power = np.einsum("ij,ij->i", slope, slope)[:, None] / np.float32(slope.shape[1])
        spread += np.float32(1 - SECOND) * power
        along *= FIRST
        slope *= np.float32(1 - FIRST)
        along += slope
        weight *= np.float32(shrink)
        pace = np.float32(stride) / (np.sqrt(spread * np.float32(settled)) + EPSILON)
        np.multiply(along, pace, out=slope)
        weight -= slope


def _initial(
    width: int, start: np.ndarray, spec: NetworkSpec, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    def normal(rows: int, columns: int, scale: float) -> np.ndarray:
        return (rng.standard_normal((rows, columns)) * scale).astype(np.float32)

    return {
        "w1": normal(width, spec.hidden, 0.1),
        "b1": np.zeros(spec.hidden, np.float32),
        "w2": normal(spec.hidden, spec.last, float(np.sqrt(2.0 / spec.hidden))),
        "b2": np.zeros(spec.last, np.float32),
        "w3": normal(spec.last, len(start), 0.05),
        "b3": start.astype(np.float32),
    }
