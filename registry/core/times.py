"""How long an operation takes on an item: log-space estimates with intervals.

What is learned is the logarithm of minutes (run: a piece, setup: an order) relative to the
operation's centre, by one network with an output for every operation.  Its targets are the robust
centres of work results, combined with the standard times where these carry information: a standard is
corrected by its operation's usual ratio of actual to standard and weighs as much as its scatter
allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from registry.core.library import RoutingLibrary
from registry.core.network import Network, NetworkSpec
from registry.core.progress import Progress
from registry.core.state import State

KINDS = ("run", "setup")
MODEL_SCATTER = 0.1
"""Log scatter of an item around what attributes can tell; keeps any one target from ruling."""

TIME_NETWORK = NetworkSpec(
    hidden=256, last=64, steps=3000, max_epochs=120, drop_features=0.05, drop_hidden=0.05, rate=2e-3
)


@dataclass(frozen=True)
class TimeTargets:
    """What the network learns from, for one kind of time.

    Attributes:
        centre: (jobs,) log minutes an operation usually takes; NaN when never known.
        ratio: (jobs,) usual log(actual / standard).
        value: (operations,) log minutes, NaN when unknown.
        weight: (operations,) trust in the value.
        actual: whether any work result exists at all.
    """

    centre: np.ndarray
    ratio: np.ndarray
    value: np.ndarray
    weight: np.ndarray
    actual: bool

    @classmethod
    def of(cls, library: RoutingLibrary, kind: str) -> TimeTargets:
        """Combine work results and standards of a library."""
        arrays, jobs = library.arrays, len(library.names["jobs"])
        job = arrays["operation_job"].astype(np.int64)
        actual = arrays[f"operation_log_{kind}"].astype(np.float64)
        count = arrays[f"operation_{kind}_count"].astype(np.float64)
        standard = arrays[f"operation_{kind}"].astype(np.float64)
        standard = np.log(np.where(standard > 0, standard, np.nan))
        both = np.isfinite(actual) & np.isfinite(standard)
        gap = (actual - standard)[both]
        everywhere = float(np.median(gap)) if len(gap) else 0.0
        ratio = _shrunk_medians(job[both], gap, jobs, everywhere)
        corrected = standard + ratio[job]
        noise = _report_noise(actual, count, corrected)
        scatter = max(_spread(actual[both] - corrected[both]), 0.05) if len(gap) else 0.3
        trust_actual = np.where(np.isfinite(actual), count / noise**2, 0.0)
        trust_standard = np.where(np.isfinite(corrected), 1 / scatter**2, 0.0)
        trust = trust_actual + trust_standard
        value = (
            trust_actual * np.nan_to_num(actual) + trust_standard * np.nan_to_num(corrected)
        ) / np.where(trust > 0, trust, np.nan)
        weight = np.where(trust > 0, 1 / (MODEL_SCATTER**2 + 1 / np.maximum(trust, 1e-9)), 0.0)
        known = np.isfinite(value)
        centre = _shrunk_medians(job[known], value[known], jobs, np.nan)
        return cls(centre, ratio, value, weight / max(weight.max(), 1e-9), bool(len(gap)))


def _report_noise(actual: np.ndarray, count: np.ndarray, other: np.ndarray) -> float:
    """Return the log scatter of a single report, from how scatter falls as reports add up."""
    gap = np.abs(actual - other)
    few, many = gap[(count == 1) & np.isfinite(gap)], gap[(count >= 8) & np.isfinite(gap)]
    if len(few) < 30 or len(many) < 30:
        return 0.3
    single, settled = np.median(few) * 1.4826, np.median(many) * 1.4826
    return float(np.sqrt(max(single**2 - settled**2, 0.05**2)))


def _spread(values: np.ndarray) -> float:
    """Return a robust standard deviation."""
    return float(np.median(np.abs(values)) * 1.4826) if len(values) else 0.0


def _shrunk_medians(
    group: np.ndarray, values: np.ndarray, groups: int, default: float, pull: float = 3.0
) -> np.ndarray:
    """Return each group's median, pulled to a default as if that had been seen ``pull`` times."""
    order = np.lexsort((values, group))
    count = np.bincount(group, minlength=groups)
    start = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
    result = np.full(groups, default)
    some = count > 0
    median = values[order][(start + np.maximum(count - 1, 0) // 2)[some]]
    if np.isnan(default):
        result[some] = median
    else:
        result[some] = (count[some] * median + pull * default) / (count[some] + pull)
    return result


class _MaskedHuber:
    """Huber loss (1964) on the outputs that are known, weighted."""

    def __init__(self, values: sparse.csr_matrix, weights: sparse.csr_matrix) -> None:
        self.values, self.weights = values, weights

    @property
    def start(self) -> np.ndarray:
        """Nothing but the centres."""
        return np.zeros(self.values.shape[1])

    def gradient(self, outputs: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return weight times clipped error."""
        error = outputs - self.values[rows].toarray()
        return np.asarray(np.clip(error, -1, 1) * self.weights[rows].toarray(), dtype=np.float32)


class TimeModel:
    """Log minutes of every operation on an item, run and setup.

    Attributes:
        network: outputs (2 x jobs): run then setup, relative to ``centre``.
        centre: (2, jobs) log minutes; NaN for an operation whose time nobody knows.
        known: (2, jobs) whether work results exist for the operation.
    """

    def __init__(self, network: Network, centre: np.ndarray, known: np.ndarray) -> None:
        self.network, self.centre, self.known = network, centre, known

    @classmethod
    def fit(
        cls,
        features: sparse.csr_matrix,
        library: RoutingLibrary,
        rows: np.ndarray,
        spec: NetworkSpec,
        *,
        seed: int,
        progress: Progress | None = None,
    ) -> TimeModel:
        """Learn from routed items.

        Args:
            features: (len(rows), width) of the routed items.
            library: their operations and times.
            rows: their rows in the library.
            spec: shape and training of the network.
            seed: of the network.
            progress: told after every epoch.
        """
        targets = [TimeTargets.of(library, kind) for kind in KINDS]
        loss = _MaskedHuber(*_matrices(library, rows, targets))
        network = Network.fit(
            features, loss, spec, seed=seed, progress=progress, step_name="learning times"
        )
        jobs = len(library.names["jobs"])
        counts = [library.arrays[f"operation_{kind}_count"] > 0 for kind in KINDS]
        job = library.arrays["operation_job"]
        known = np.stack([np.bincount(job[c], minlength=jobs) > 0 for c in counts])
        return cls(network, np.stack([t.centre for t in targets]), known)

    def predict(self, features: sparse.csr_matrix) -> np.ndarray:
        """Return log minutes (n, 2, jobs), run then setup; NaN where nobody knows."""
        _, outputs = self.network.from_first_layer(self.network.first_layer(features))
        return np.asarray(outputs.reshape(len(outputs), 2, -1) + self.centre)

    def to_state(self) -> State:
        """Return the network and centres."""
        arrays = {"centre": self.centre, "known": self.known}
        return State(arrays={**self.network.to_state().arrays, **arrays})

    @classmethod
    def from_state(cls, state: State) -> TimeModel:
        """Rebuild from ``to_state``."""
        arrays = dict(state.arrays)
        return cls(Network(arrays), arrays.pop("centre"), arrays.pop("known"))


def _matrices(
    library: RoutingLibrary, rows: np.ndarray, targets: Sequence[TimeTargets]
) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """Return target values and weights (rows, 2 x jobs); an operation met twice is averaged."""
    jobs = len(library.names["jobs"])
    place = np.full(len(library), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    row = place[library.routing_item[library.operation_routing]]
    job = library.arrays["operation_job"].astype(np.int64)
    shape = (len(rows), 2 * jobs)
    value_parts, weight_parts = [], []
    for kind, target in enumerate(targets):
        use = (row >= 0) & np.isfinite(target.value)
        at = (row[use], job[use] + kind * jobs)
        relative = (target.value - target.centre[job])[use]
        weight = target.weight[use]
        weights = sparse.csr_matrix((weight, at), shape=shape)
        values = sparse.csr_matrix((relative * weight, at), shape=shape)
        times = sparse.csr_matrix((np.ones(len(weight)), at), shape=shape)
        values.data /= weights.data
        weights.data /= times.data
        value_parts.append(values)
        weight_parts.append(weights)
    value = (value_parts[0] + value_parts[1]).tocsr().astype(np.float32)
    return value, (weight_parts[0] + weight_parts[1]).tocsr().astype(np.float32)
