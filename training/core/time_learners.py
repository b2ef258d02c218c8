"""Ways to learn operation times beside boosting: neighbours, a network, a stack of several.

All of them learn from the same ``Examples`` as the trees and answer the same rows: column 0 is the
operation, the others are what the trees see of the item.  ``baseline`` and ``mlp`` can be kept as
plain arrays; ``stacking`` would need its training rows and some hundred thousand tree nodes, and is
compared only (docs/adr/0018).

scikit-learn is imported where something is learned: loading it costs more than everything else that
a process loads, and each that only names these ways, like a check of the settings, does without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse

from registry.core import boosting
from registry.core.boosting import BoostingSpec, Examples, Grown
from registry.core.forest import Forest
from registry.core.perceptron import Perceptron
from registry.core.progress import Report
from training.core.specs import BASELINE, BOOSTING, MLP, STACKING

STORABLE = frozenset({BASELINE, MLP, BOOSTING})
"""What a version can hold without pickled estimators."""
NEIGHBOURS = 9
NEIGHBOUR_PULL = 2.0
"""Neighbours' worth of doubt: with few, the operation's usual time counts more."""
MLP_ROWS = 100_000
DENSE_CELLS = 50_000_000
"""Cells up to which the network learns from a plain array (200 MB)."""
STACK_ROWS = 12_000
STACK_FOLDS = 3
TREES = 40
"""Of the forest in a stack; a report follows each."""
PATIENCE = 8
"""Epochs without improvement on held-out items after which the network stops."""
MAX_EPOCHS = 60
ROWS_AT_ONCE = 2_000
"""Rows that the network learns from between two reports."""

Predict = Callable[[np.ndarray], np.ndarray]
Settings = Mapping[str, Any]

GRIDS: Mapping[str, tuple[Settings, ...]] = {
    MLP: tuple(
        {"rate": rate, "alpha": alpha} for rate in (1e-3, 3e-3) for alpha in (1e-4, 1e-2, 0.1)
    ),
    STACKING: tuple(
        {"meta": meta, "leaf": leaf} for meta in ("ridge", "elastic_net") for leaf in (2, 5)
    ),
    BOOSTING: tuple(
        {"learning_rate": rate, "max_leaf_nodes": leaves}
        for rate in (0.05, 0.1)
        for leaves in (15, 31, 63)
    ),
}
"""The settings a search may try; the neighbours have none."""


def learn(
    name: str,
    examples: Examples,
    spec: BoostingSpec,
    *,
    seed: int,
    report: Report,
    settings: Settings | None = None,
) -> Predict:
    """Learn in the named way and return how to ask it."""
    told = dict(settings or {})
    if name == BASELINE:
        return Neighbours.of(examples).predict
    if name == MLP:
        return fit_mlp(examples, seed=seed, report=report, **told).of_rows
    if name == STACKING:
        return fit_stack(examples, seed=seed, report=report, **told)
    return boosting.grow(examples, replace(spec, **told), seed=seed, report=report).predict


@dataclass(frozen=True)
class Grower:
    """Learns times in a way that a version can keep; called as ``boosting.grow`` is."""

    name: str
    settings: Settings

    def __call__(
        self, examples: Examples, spec: BoostingSpec, *, seed: int, report: Report
    ) -> Grown[Forest] | Grown[Perceptron]:
        """Learn from examples."""
        if self.name == BOOSTING or len(examples.targets) < 2:
            told = self.settings if self.name == BOOSTING else {}
            return boosting.grow(examples, replace(spec, **told), seed=seed, report=report)
        if self.name == MLP:
            network = fit_mlp(examples, seed=seed, report=report, **self.settings)
            return Grown(network, network.of_rows)
        # The operation's usual time; an answer moves it by what the nearest items took.
        return Grown(Forest.empty(), lambda rows: np.zeros(len(rows)))


@dataclass(frozen=True)
class Scale:
    """How columns are brought to one size."""

    centre: np.ndarray
    width: np.ndarray

    @classmethod
    def of(cls, rows: np.ndarray) -> Scale:
        """Learn from rows; a column that never varies stays as it is."""
        width = rows[:, 1:].std(axis=0)
        return cls(
            rows[:, 1:].mean(axis=0).astype(np.float32),
            np.where(width > 0, width, 1).astype(np.float32),
        )

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        """Return the columns after the first, scaled."""
        return np.asarray((rows[:, 1:] - self.centre) / self.width)


@dataclass(frozen=True)
class Neighbours:
    """The median of the nearest items that have the operation, pulled to its usual time."""

    scale: Scale
    rows: np.ndarray
    job: np.ndarray
    targets: np.ndarray

    @classmethod
    def of(cls, examples: Examples) -> Neighbours:
        """Remember the examples."""
        scale = Scale.of(examples.rows)
        job = examples.rows[:, 0].astype(np.int64)
        return cls(scale, scale(examples.rows), job, examples.targets)

    def predict(self, rows: np.ndarray) -> np.ndarray:
        """Return (n,); an operation that nobody has timed answers its usual time."""
        from sklearn.neighbors import NearestNeighbors

        asked, job = self.scale(rows), rows[:, 0].astype(np.int64)
        answers = np.zeros(len(rows))
        for each in np.unique(job).tolist():
            known, wanted = np.flatnonzero(self.job == each), np.flatnonzero(job == each)
            if not len(known):
                continue
            count = min(NEIGHBOURS, len(known))
            search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(self.rows[known])
            near = search.kneighbors(asked[wanted], return_distance=False)
            median = np.median(self.targets[known][near], axis=1)
            answers[wanted] = count * median / (count + NEIGHBOUR_PULL)
        return answers


def fit_mlp(
    examples: Examples, *, seed: int, report: Report, rate: float = 1e-3, alpha: float = 1e-2
) -> Perceptron:
    """Train hidden layers of 128 and 64; a tenth of the items, held out whole, says when to stop.

    Args:
        examples: what to learn from.
        seed: of weights, batches and the items held out.
        report: told several times an epoch; may raise to stop.
        rate: of Adam.
        alpha: pull of weights towards zero.
    """
    from sklearn.neural_network import MLPRegressor

    examples = sampled(examples, MLP_ROWS, seed)
    rng = np.random.default_rng(seed)
    scale = Scale.of(examples.rows)
    inputs = _inputs(examples.rows, scale, int(examples.rows[:, 0].max()) + 1)
    items = np.unique(examples.items)
    held = np.isin(examples.items, rng.choice(items, max(1, len(items) // 10), replace=False))
    seen = np.flatnonzero(~held) if held.any() and not held.all() else np.arange(len(held))
    judged = np.flatnonzero(held)
    network = MLPRegressor(
        hidden_layer_sizes=(128, 64),
        alpha=alpha,
        learning_rate_init=rate,
        random_state=seed,
        batch_size=min(200, len(seen)),
    )
    best, kept, since = np.inf, None, 0
    pieces = max(1, len(seen) // ROWS_AT_ONCE)
    for epoch in range(MAX_EPOCHS):
        for number, part in enumerate(np.array_split(rng.permutation(seen), pieces)):
            report((epoch + number / pieces) / MAX_EPOCHS)
            network.partial_fit(inputs[part], examples.targets[part], examples.weights[part])
        off = np.abs(network.predict(inputs[judged]) - examples.targets[judged])
        loss = float(np.average(off, weights=examples.weights[judged] + 1e-9))
        since += 1
        if kept is None or loss < best:
            best, since = loss, 0
            kept = [part.copy() for part in (*network.coefs_, *network.intercepts_)]
        if since >= PATIENCE:
            break
    assert kept is not None  # noqa: S101 -- the first epoch always keeps its weights
    names = ("w1", "w2", "w3", "b1", "b2", "b3")
    parts = {name: part.astype(np.float32) for name, part in zip(names, kept, strict=True)}
    return Perceptron(parts | {"centre": scale.centre, "scale": scale.width})


def _inputs(rows: np.ndarray, scale: Scale, categories: int) -> np.ndarray | sparse.csr_matrix:
    """Return the operation as one column of its own for each, then the scaled features.

    Scaled features are hardly ever nought: as a plain array they are multiplied in half the time.
    """
    job = rows[:, 0].astype(np.int64)
    scaled = scale(rows)
    if len(rows) * (categories + scaled.shape[1]) <= DENSE_CELLS:
        marks = np.zeros((len(rows), categories), np.float32)
        marks[np.arange(len(rows)), job] = 1.0
        return np.hstack([marks, scaled], dtype=np.float32)
    marked = sparse.csr_matrix(
        (np.ones(len(rows), np.float32), (np.arange(len(rows)), job)), (len(rows), categories)
    )
    features = sparse.csr_matrix(scaled)
    return sparse.csr_matrix(sparse.hstack([marked, features], dtype=np.float32))


def fit_stack(
    examples: Examples, *, seed: int, report: Report, meta: str = "ridge", leaf: int = 3
) -> Predict:
    """Weigh neighbours, a random forest and a network by a linear model of their answers.

    Args:
        examples: what to learn from; the linear model sees answers about items left out only.
        seed: of everything random.
        report: told after every part; may raise to stop.
        meta: ``ridge`` or ``elastic_net``.
        leaf: least rows of a leaf of the forest.
    """
    from sklearn.linear_model import ElasticNet, Ridge
    from sklearn.model_selection import GroupKFold

    examples = sampled(examples, STACK_ROWS, seed)
    turns = min(STACK_FOLDS, len(np.unique(examples.items)))
    if turns < 2:
        return Neighbours.of(examples).predict
    answers = np.zeros((len(examples.targets), 3))
    folds = GroupKFold(turns).split(examples.rows, groups=examples.items)
    for number, (seen, judged) in enumerate(folds):
        chosen = np.isin(np.arange(len(answers)), seen)
        parts = _parts(examples.take(chosen), seed, report, leaf, (number, turns + 1))
        answers[judged] = np.column_stack([part(examples.rows[judged]) for part in parts])
    final = Ridge(1.0) if meta == "ridge" else ElasticNet(1e-3)
    final.fit(answers, examples.targets, examples.weights)
    parts = _parts(examples, seed, report, leaf, (turns, turns + 1))
    return lambda rows: np.asarray(final.predict(np.column_stack([part(rows) for part in parts])))


def _parts(
    examples: Examples, seed: int, report: Report, leaf: int, turn: tuple[int, int]
) -> list[Predict]:
    from sklearn.ensemble import RandomForestRegressor

    number, turns = turn
    forest = RandomForestRegressor(
        min_samples_leaf=leaf, max_features=0.3, max_depth=14, random_state=seed, n_jobs=1,
        warm_start=True,
    )  # fmt: skip
    for tree in range(TREES):
        report((number + 0.5 * tree / TREES) / turns)
        forest.n_estimators = tree + 1
        forest.fit(examples.rows, examples.targets, examples.weights)
    network = fit_mlp(
        examples, seed=seed, report=lambda share: report((number + 0.5 + share / 2) / turns)
    )
    return [Neighbours.of(examples).predict, forest.predict, network.of_rows]


def sampled(examples: Examples, limit: int, seed: int) -> Examples:
    """Return at most so many examples, those of an item together."""
    if len(examples.targets) <= limit:
        return examples
    items = np.unique(examples.items)
    share = limit / len(examples.targets)
    count = max(2, int(len(items) * share))
    kept = np.random.default_rng(seed).choice(items, count, replace=False)
    return examples.take(np.isin(examples.items, kept))
