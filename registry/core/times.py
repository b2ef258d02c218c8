"""How long an operation takes on an item: log-space estimates with intervals.

What is learned is the logarithm of minutes (run: a piece, setup: an order) relative to the
operation's centre, by gradient boosting (Friedman, 2001) over the operation, the item's numbers and
its commonest words.  Targets are the robust centres of work results, combined with the standard
times where these carry information: a standard is corrected by its operation's usual ratio of
actual to standard and weighs as much as its scatter allows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingRegressor

from registry.core.blocks import NumberBlock
from registry.core.features import FeatureAssembler
from registry.core.forest import Forest
from registry.core.library import RoutingLibrary
from registry.core.progress import Progress, Silent
from registry.core.state import State

KINDS = ("run", "setup")
MODEL_SCATTER = 0.1
"""Log scatter of an item around what attributes can tell; keeps any one target from ruling."""


@dataclass(frozen=True, slots=True)
class BoostingSpec:
    """How the boosting is shaped and trained (names are scikit-learn's)."""

    max_iter: int = 300
    learning_rate: float = 0.08
    max_leaf_nodes: int = 31
    max_depth: int = 8
    min_samples_leaf: int = 10
    words: int = 300
    max_features: float = 0.3
    max_rows: int = 250_000
    rounds: int = 6


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


class TimeModel:
    """Log minutes of an operation on an item, run and setup.

    Attributes:
        columns: features the trees look at.
        forests: run and setup, relative to ``centre``.
        centre: (2, jobs) log minutes; NaN for an operation whose time nobody knows.
        known: (2, jobs) whether work results exist for the operation.
    """

    def __init__(
        self,
        columns: np.ndarray,
        forests: tuple[Forest, ...],
        centre: np.ndarray,
        known: np.ndarray,
    ) -> None:
        self.columns, self.forests = columns, forests
        self.centre, self.known = centre, known

    @classmethod
    def fit(
        cls,
        features: sparse.csr_matrix,
        assembler: FeatureAssembler,
        library: RoutingLibrary,
        rows: np.ndarray,
        spec: BoostingSpec,
        *,
        seed: int,
        progress: Progress | None = None,
    ) -> tuple[TimeModel, np.ndarray]:
        """Learn from routed items.

        Args:
            features: (len(rows), width) of the routed items.
            assembler: what the features are.
            library: the items' operations and times.
            rows: their rows in the library.
            spec: shape and training of the boosting.
            seed: of the rows chosen where there are too many.
            progress: told after every round.

        Returns:
            The model, and (2, operations) log(actual / estimate), NaN without work results.
        """
        columns = _telling_columns(features, assembler, spec.words)
        table = _Operations(features, library, rows, columns)
        forests, centres, known, residuals = [], [], [], []
        for number, kind in enumerate(KINDS):
            target = TimeTargets.of(library, kind)
            learner = _Learner(table, target, spec, seed)
            forest, estimate = learner.fit(progress or Silent(), 0.5 * number)
            forests.append(forest)
            centres.append(target.centre)
            counts = library.arrays[f"operation_{kind}_count"]
            known.append(np.bincount(table.job[counts > 0], minlength=table.jobs) > 0)
            residuals.append(library.arrays[f"operation_log_{kind}"] - estimate)
        model = cls(columns, tuple(forests), np.stack(centres), np.stack(known))
        return model, np.stack(residuals).astype(np.float32)

    def predict(self, features: sparse.csr_matrix, item: np.ndarray, job: np.ndarray) -> np.ndarray:
        """Return log minutes (2, n), run and setup, NaN where nobody knows.

        Args:
            features: (items, width) of the asked items.
            item: (n,) which of them.
            job: (n,) operation numbers.
        """
        dense = features[:, self.columns].toarray().astype(np.float64)
        rows = np.column_stack([job.astype(np.float64), dense[item]])
        estimates = np.stack([forest.predict(rows) for forest in self.forests])
        return np.asarray(estimates + self.centre[:, job])

    def to_state(self) -> State:
        """Return trees and centres."""
        arrays = {"columns": self.columns, "centre": self.centre, "known": self.known}
        meta = {}
        for kind, forest in zip(KINDS, self.forests, strict=True):
            state = forest.to_state()
            arrays |= {f"{kind}.{name}": array for name, array in state.arrays.items()}
            meta[kind] = dict(state.meta)
        return State(meta=meta, arrays=arrays)

    @classmethod
    def from_state(cls, state: State) -> TimeModel:
        """Rebuild from ``to_state``."""
        forests = []
        for kind in KINDS:
            prefix = f"{kind}."
            own = {k[len(prefix) :]: v for k, v in state.arrays.items() if k.startswith(prefix)}
            forests.append(Forest.from_state(State(meta=state.meta[kind], arrays=own)))
        arrays = state.arrays
        return cls(arrays["columns"], tuple(forests), arrays["centre"], arrays["known"])


def _telling_columns(
    features: sparse.csr_matrix, assembler: FeatureAssembler, words: int
) -> np.ndarray:
    """Return the columns of all numbers, and of the words that split the items best."""
    count = np.asarray((features > 0).sum(axis=0)).ravel()
    # Columns on the same items say the same thing (a word that is the whole value).
    marks = np.random.default_rng(0).standard_normal(features.shape[0])
    signature = np.round(np.asarray((features > 0).T @ marks), 6)
    numbers: list[int] = []
    texts: list[int] = []
    for block, offset in zip(assembler.blocks, assembler.offsets[:-1].tolist(), strict=True):
        if isinstance(block, NumberBlock):
            numbers += [offset, offset + 1]
        else:
            texts += range(offset, offset + block.width)
    split = count * (features.shape[0] - count)
    ordered = sorted((t for t in texts if split[t] > 0), key=lambda t: (-split[t], t))
    chosen: dict[float, int] = {}
    for column in ordered:
        if len(chosen) == words:
            break
        chosen.setdefault(float(signature[column]), column)
    return np.array(numbers + list(chosen.values()), dtype=np.int32)


class _Operations:
    """The routed items' operations as rows of a dense table, built for the rows asked for."""

    def __init__(
        self,
        features: sparse.csr_matrix,
        library: RoutingLibrary,
        rows: np.ndarray,
        columns: np.ndarray,
    ) -> None:
        self.jobs = len(library.names["jobs"])
        self.job = library.arrays["operation_job"].astype(np.int64)
        place = np.full(len(library), -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        self.place = place[library.routing_item[library.operation_routing]]
        self.dense = features[:, columns].toarray()

    def rows(self, operations: np.ndarray) -> np.ndarray:
        """Return (len(operations), 1 + columns) float64: operation number, then features."""
        table = np.empty((len(operations), 1 + self.dense.shape[1]))
        table[:, 0] = self.job[operations]
        table[:, 1:] = self.dense[self.place[operations]]
        return table


class _Learner:
    """Fits one kind of time."""

    def __init__(
        self, table: _Operations, target: TimeTargets, spec: BoostingSpec, seed: int
    ) -> None:
        self.table, self.target, self.spec, self.seed = table, target, spec, seed
        known = np.flatnonzero(np.isfinite(target.value))
        if len(known) > spec.max_rows:
            rng = np.random.default_rng(seed)
            known = np.sort(rng.choice(known, spec.max_rows, replace=False))
        self.chosen = known

    def fit(self, progress: Progress, start: float) -> tuple[Forest, np.ndarray]:
        """Return the trees and the estimated log minutes of every operation."""
        table, target, spec = self.table, self.target, self.spec
        job = table.job[self.chosen]
        model = HistGradientBoostingRegressor(
            learning_rate=spec.learning_rate,
            max_leaf_nodes=spec.max_leaf_nodes,
            max_depth=spec.max_depth,
            min_samples_leaf=min(spec.min_samples_leaf, max(2, len(self.chosen) // 40)),
            categorical_features=[0] if table.jobs <= 255 else None,
            max_features=spec.max_features,
            early_stopping=False,
            warm_start=True,
            random_state=self.seed,
        )
        rows = table.rows(self.chosen)
        relative = target.value[self.chosen] - target.centre[job]
        if not len(rows):  # nobody ever timed anything: an empty tree that adds nothing
            rows, relative = np.zeros((2, rows.shape[1])), np.zeros(2)
            weights = np.ones(2)
        else:
            weights = target.weight[self.chosen]
        for turn in range(1, spec.rounds + 1):
            progress.report(start + 0.5 * (turn - 1) / spec.rounds, "learning times")
            model.set_params(max_iter=max(1, spec.max_iter * turn // spec.rounds))
            model.fit(rows, relative, sample_weight=weights)
        return Forest.of(model), self._estimates(model)

    def _estimates(self, model: HistGradientBoostingRegressor, batch: int = 50_000) -> np.ndarray:
        everything = np.arange(len(self.table.job))
        parts = [
            model.predict(self.table.rows(everything[i : i + batch]))
            for i in range(0, len(everything), batch)
        ]
        return np.asarray(np.concatenate(parts) + self.target.centre[self.table.job])
