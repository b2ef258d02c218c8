"""Gradient-boosted trees (Friedman, 2001), grown by LightGBM and kept as plain arrays.

LightGBM grows a plant's trees in a few seconds where scikit-learn's boosting takes a minute, at the
same error (docs/adr/0010).  It needs the system's OpenMP library; where that is missing
scikit-learn grows the trees, which only costs time.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from registry.core.forest import Forest
from registry.core.perceptron import Perceptron
from registry.core.progress import Report

MIN_VALIDATION_ITEMS = 30
"""Items held out to say when to stop, under which that would be chance."""
UNWATCHED_ITERATIONS = 150
"""Trees where nothing says when to stop."""


@dataclass(frozen=True, slots=True)
class BoostingSpec:
    """How the boosting is shaped and trained.

    Attributes:
        max_iter: most trees.
        learning_rate: what each tree adds.
        max_leaf_nodes: leaves of a tree.
        max_depth: levels of a tree.
        min_samples_leaf: rows of a leaf, fewer in a small plant.
        l2: pull of each leaf towards zero, in rows.
        max_features: share of the columns that each tree may look at.
        words: columns of words that the trees see at all.
        max_rows: operations learned from; more are sampled.
        validation: share of the items that say when to stop.
        patience: trees without improvement after which growing stops.
    """

    max_iter: int = 600
    learning_rate: float = 0.1
    max_leaf_nodes: int = 31
    max_depth: int = 8
    min_samples_leaf: int = 20
    l2: float = 2.0
    max_features: float = 0.6
    words: int = 300
    max_rows: int = 250_000
    validation: float = 0.12
    patience: int = 30


Form = TypeVar("Form", Forest, Perceptron, covariant=True)


@dataclass(frozen=True)
class Grown(Generic[Form]):
    """What was learned, trees or another form that arrays can hold, and how to ask many rows."""

    forest: Form
    predict: Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True, slots=True)
class Examples:
    """What trees are grown on.

    Attributes:
        rows: (n, columns) float32; column 0 is a category, the others are numbers.
        targets: (n,) float64.
        weights: (n,) trust in each target.
        items: (n,) which item each row is about: an item is held out whole.
    """

    rows: np.ndarray
    targets: np.ndarray
    weights: np.ndarray
    items: np.ndarray

    def take(self, chosen: np.ndarray) -> Examples:
        """Return the examples where ``chosen`` is true."""
        return Examples(
            self.rows[chosen], self.targets[chosen], self.weights[chosen], self.items[chosen]
        )


def grow(examples: Examples, spec: BoostingSpec, *, seed: int, report: Report) -> Grown[Forest]:
    """Grow trees; equal seeds give equal bits on any number of threads.

    Args:
        examples: what to learn from.
        spec: shape and training.
        seed: of the columns each tree sees and of the items held out.
        report: told the share that is done; may raise to stop.
    """
    if len(examples.targets) < 2:
        return Grown(Forest.empty(), lambda rows: np.zeros(len(rows)))
    try:
        import lightgbm  # here, so that answering does not wait for what only training needs
    except (ImportError, OSError):
        return _grow_with_scikit_learn(examples, spec, seed)
    return _LightGBM(lightgbm, examples, spec, seed).grow(report)


class _LightGBM:
    def __init__(self, library: Any, examples: Examples, spec: BoostingSpec, seed: int) -> None:
        self.library, self.examples, self.spec, self.seed = library, examples, spec, seed
        rows = len(examples.targets)
        self.params = {
            "objective": "l2",
            "learning_rate": spec.learning_rate,
            "num_leaves": spec.max_leaf_nodes,
            "max_depth": spec.max_depth,
            "min_data_in_leaf": _least_rows(rows, spec),
            "min_data_per_group": _least_rows(rows, spec),
            "lambda_l2": spec.l2,
            "cat_l2": 1.0,
            "cat_smooth": 1.0,
            "max_cat_threshold": 64,
            "feature_fraction": spec.max_features,
            "use_missing": False,
            "deterministic": True,
            "force_row_wise": True,
            # The network keeps the other core busy, and OpenMP's threads wait for the slowest.
            "num_threads": 1,
            "seed": seed,
            "verbosity": -1,
        }

    def grow(self, report: Report) -> Grown[Forest]:
        """Grow the trees; where held-out items say, stop."""
        trees, watched = self._trees_wanted(report)

        def tell(step: Any) -> None:
            report(watched + (1 - watched) * step.iteration / trees)

        booster = self.library.train(
            self.params, self._dataset(self.examples), trees, callbacks=[tell]
        )
        return Grown(from_lightgbm(booster.model_to_string()), booster.predict)

    def _trees_wanted(self, report: Report) -> tuple[int, float]:
        """Return how many trees still help on held-out items, and the share of work that took."""
        spec, examples = self.spec, self.examples
        items = np.unique(examples.items)
        count = int(len(items) * spec.validation)
        if count < MIN_VALIDATION_ITEMS:
            return min(UNWATCHED_ITERATIONS, spec.max_iter), 0.0
        held = np.random.default_rng(self.seed).choice(items, count, replace=False)
        mine = np.isin(examples.items, held)
        known = self._dataset(examples.take(~mine))
        judged = self._dataset(examples.take(mine), known)

        def tell(step: Any) -> None:
            report(0.5 * step.iteration / spec.max_iter)

        stop = self.library.early_stopping(spec.patience, verbose=False)
        booster = self.library.train(
            self.params, known, spec.max_iter, valid_sets=[judged], callbacks=[tell, stop]
        )
        # A tenth more: the trees of all items have more to learn from.
        return max(1, min(spec.max_iter, round(1.1 * booster.best_iteration))), 0.5

    def _dataset(self, examples: Examples, reference: Any = None) -> Any:
        return self.library.Dataset(
            examples.rows,
            label=examples.targets,
            weight=examples.weights,
            categorical_feature=[0],
            params=self.params,
            reference=reference,
        )


def _grow_with_scikit_learn(examples: Examples, spec: BoostingSpec, seed: int) -> Grown[Forest]:
    from sklearn.ensemble import HistGradientBoostingRegressor

    few = int(examples.rows[:, 0].max()) <= 255
    model = HistGradientBoostingRegressor(
        max_iter=min(2 * UNWATCHED_ITERATIONS, spec.max_iter),
        learning_rate=spec.learning_rate,
        max_leaf_nodes=spec.max_leaf_nodes,
        max_depth=spec.max_depth,
        min_samples_leaf=_least_rows(len(examples.targets), spec),
        l2_regularization=spec.l2,
        max_features=spec.max_features,
        categorical_features=[0] if few else None,
        early_stopping=False,
        random_state=seed,
    )
    model.fit(examples.rows, examples.targets, sample_weight=examples.weights)
    return Grown(from_scikit_learn(model), model.predict)


def _least_rows(rows: int, spec: BoostingSpec) -> int:
    return min(spec.min_samples_leaf, max(2, rows // 40))


def from_lightgbm(text: str) -> Forest:
    """Return the trees of a LightGBM model in its text form, grown without missing values."""
    trees = [_fields(part) for part in text.split("\nTree=")[1:]]
    nodes: list[dict[str, np.ndarray]] = []
    sets: list[np.ndarray] = []
    for tree in trees:
        nodes.append(_tree(tree, len(sets)))
        sets += _category_sets(tree)
    width = max((len(words) for words in sets), default=1)
    categories = np.zeros((len(sets), width), dtype=np.uint32)
    for row, words in enumerate(sets):
        categories[row, : len(words)] = words
    return Forest.joined(nodes, categories, start=0.0)


def _fields(tree: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in tree.splitlines() if "=" in line)


def _array(tree: dict[str, str], name: str, kind: type) -> np.ndarray:
    return np.array(tree.get(name, "").split(), dtype=np.float64).astype(kind)


def _tree(tree: dict[str, str], first_set: int) -> dict[str, np.ndarray]:
    """Return one tree's nodes, splits first, then leaves."""
    leaves = _array(tree, "leaf_value", np.float64)
    splits = len(leaves) - 1
    threshold = _array(tree, "threshold", np.float64)[:splits]
    # A child below zero is the leaf -child - 1.
    left, right = (_array(tree, f"{side}_child", np.int64)[:splits] for side in ("left", "right"))
    left, right = (np.where(side < 0, splits - 1 - side, side) for side in (left, right))
    categorical = (_array(tree, "decision_type", np.int64)[:splits] & 1).astype(bool)
    itself = np.arange(splits, splits + len(leaves))
    bits = np.where(categorical, np.nan_to_num(threshold) + first_set, -1)
    return {
        "feature": np.append(_array(tree, "split_feature", np.int64)[:splits], 0 * itself),
        "threshold": np.append(np.where(categorical, np.nan, threshold), 0.0 * itself),
        "left": np.append(left, itself),
        "right": np.append(right, itself),
        "bits": np.append(bits, np.full(len(leaves), -1)),
        "value": np.append(np.zeros(splits), leaves),
    }


def _category_sets(tree: dict[str, str]) -> list[np.ndarray]:
    bounds = _array(tree, "cat_boundaries", np.int64)
    words = _array(tree, "cat_threshold", np.uint32)
    return [words[a:b] for a, b in itertools.pairwise(bounds)]


def from_scikit_learn(model: Any) -> Forest:
    """Return the trees of a fitted single-output histogram boosting without missing values."""
    trees = [tree for (tree,) in model._predictors]
    sets = np.concatenate([tree.raw_left_cat_bitsets for tree in trees])
    nodes, first_set = [], 0
    for tree in trees:
        leaf = tree.nodes["is_leaf"].astype(bool)
        categorical = tree.nodes["is_categorical"].astype(bool) & ~leaf
        itself = np.arange(len(leaf))
        nodes.append(
            {
                "feature": np.where(leaf, 0, tree.nodes["feature_idx"]),
                "threshold": np.where(categorical, np.nan, tree.nodes["num_threshold"]),
                "left": np.where(leaf, itself, tree.nodes["left"]),
                "right": np.where(leaf, itself, tree.nodes["right"]),
                "bits": np.where(categorical, tree.nodes["bitset_idx"] + first_set, -1),
                "value": tree.nodes["value"],
            }
        )
        first_set += len(tree.raw_left_cat_bitsets)
    start = float(model._baseline_prediction.ravel()[0])
    return Forest.joined(nodes, _as_asked(model, sets), start)


def _as_asked(model: Any, sets: np.ndarray) -> np.ndarray:
    """Return bit sets over the categories as asked for, not as scikit-learn numbers them.

    It numbers the categories that it saw while fitting from 0 on, so that the two differ as soon as
    one number was never seen.
    """
    if model.is_categorical_ is None or not len(sets):
        return sets
    encoder = model._preprocessor.named_transformers_["encoder"]
    seen = encoder.categories_[0].astype(np.int64)
    inside = np.unpackbits(sets.astype("<u4").view(np.uint8), axis=1, bitorder="little")
    asked = np.zeros_like(inside)
    asked[:, seen] = inside[:, : len(seen)]
    return np.packbits(asked, axis=1, bitorder="little").view("<u4").astype(np.uint32)
