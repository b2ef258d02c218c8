"""Trees as arrays answer what their grower answers, whichever library grew them."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from registry.core.boosting import BoostingSpec, Examples, Grown, grow
from registry.core.forest import Forest
from registry.core.perceptron import Perceptron

JOBS = 60
SEEN = (3, 17, 31, 32, 33, 40, 59)
"""Operations that anybody timed: their numbers have gaps."""


def table(rows: int, seed: int = 0) -> np.ndarray:
    """Return rows of an operation number and five figures."""
    rng = np.random.default_rng(seed)
    figures = rng.standard_normal((rows, 5))
    return np.column_stack([rng.choice(SEEN, rows), figures]).astype(np.float32)


def minutes(rows: np.ndarray) -> np.ndarray:
    """Return what hangs on the operation in no order, and on two figures."""
    effect = np.random.default_rng(1).standard_normal(JOBS)
    found: np.ndarray = effect[rows[:, 0].astype(int)] * np.sign(rows[:, 1]) + rows[:, 2] ** 2 + 3
    return found


def examples(count: int) -> Examples:
    """Return examples of ``count`` operations, four of each item."""
    rows = table(count)
    return Examples(rows, minutes(rows), np.ones(count), np.arange(count) // 4)


def grown(count: int = 3000, seed: int = 0, **settings: Any) -> Grown[Forest]:
    """Grow trees on ``count`` examples."""
    return grow(examples(count), BoostingSpec(**settings), seed=seed, report=lambda share: None)


def said(model: Forest | Perceptron, rows: np.ndarray) -> np.ndarray:
    """Return what arrays answer for rows as a grower takes them, each of an item of its own."""
    return model.predict(rows[:, 1:], np.arange(len(rows)), rows[:, 0])


@pytest.fixture(params=["lightgbm", "scikit-learn"])
def grower(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each library in turn; scikit-learn's turn is a machine on which LightGBM does not load."""
    if request.param == "scikit-learn":
        monkeypatch.setitem(sys.modules, "lightgbm", None)
    return str(request.param)


@pytest.mark.parametrize("count", [3000, 200, 6, 2])
def test_the_arrays_answer_what_the_grower_answers(grower: str, count: int) -> None:
    trees, asked = grown(count, max_iter=60), table(500, seed=5)
    np.testing.assert_allclose(
        said(trees.forest, asked), trees.predict(asked.astype(np.float64)), rtol=0, atol=1e-9
    )


def test_trees_learn_what_hangs_on_operation_and_figures(grower: str) -> None:
    trees, asked = grown(max_iter=150), table(500, seed=5)
    assert (trees.forest.bits >= 0).any()
    error = said(trees.forest, asked) - minutes(asked)
    assert np.abs(error).mean() < 0.25 * np.abs(minutes(asked) - minutes(asked).mean()).mean()


def test_a_figure_on_the_edge_goes_the_way_the_grower_sends_it(grower: str) -> None:
    trees = grown(max_iter=20)
    forest = trees.forest
    numeric = np.flatnonzero(np.isfinite(forest.threshold) & (forest.left != forest.right))
    asked = np.repeat(table(1), len(numeric), axis=0).astype(np.float64)
    asked[np.arange(len(numeric)), forest.feature[numeric]] = forest.threshold[numeric]
    np.testing.assert_allclose(said(forest, asked), trees.predict(asked), rtol=0, atol=1e-9)


def test_equal_seeds_grow_equal_trees(grower: str) -> None:
    first, again = grown(max_iter=30).forest, grown(max_iter=30).forest
    for name in ("feature", "threshold", "value", "categories"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))


def test_growing_stops_when_asked_to() -> None:
    def stop(share: float) -> None:
        raise InterruptedError(share)

    with pytest.raises(InterruptedError):
        grow(examples(400), BoostingSpec(), seed=0, report=stop)


def test_growing_ends_when_more_trees_no_longer_help_items_held_out() -> None:
    rng = np.random.default_rng(0)
    noise = Examples(table(2000), rng.standard_normal(2000), np.ones(2000), np.arange(2000) // 4)
    trees = grow(noise, BoostingSpec(), seed=0, report=lambda share: None)
    assert len(trees.forest.roots) < 100


def test_where_nobody_timed_anything_the_trees_add_nothing() -> None:
    trees = grown(0)
    asked = table(3)
    np.testing.assert_array_equal(said(trees.forest, asked), np.zeros(3))
    np.testing.assert_array_equal(trees.predict(asked), np.zeros(3))
