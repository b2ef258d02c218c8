"""The trees as arrays answer what scikit-learn's own trees answer."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor

from registry.core.forest import Forest
from registry.core.state import State

RNG = np.random.default_rng(0)
JOBS = 60


def table(rows: int) -> np.ndarray:
    """Return rows of an operation number and five figures."""
    return np.column_stack([RNG.integers(0, JOBS, rows), RNG.standard_normal((rows, 5))])


def fitted(rows: np.ndarray, *, categories: bool, **settings: Any) -> HistGradientBoostingRegressor:
    """Fit minutes that hang on the operation in no order, and on two figures."""
    effect = np.random.default_rng(1).standard_normal(JOBS)
    minutes = effect[rows[:, 0].astype(int)] * np.sign(rows[:, 1]) + rows[:, 2] ** 2 + 3
    model = HistGradientBoostingRegressor(
        categorical_features=[0] if categories else None, random_state=0, **settings
    )
    return model.fit(rows, minutes)


@pytest.mark.parametrize("categories", [True, False])
@pytest.mark.parametrize("shape", [{"max_iter": 60}, {"max_iter": 5, "max_depth": 2}])
def test_predictions_are_those_of_scikit_learn(categories: bool, shape: dict[str, int]) -> None:
    known = table(2000)
    model = fitted(known, categories=categories, **shape)
    forest, asked = Forest.of(model), np.vstack([table(500), known[:500]])
    if categories and model.max_depth is None:
        assert (forest.bits >= 0).any()
    np.testing.assert_allclose(forest.predict(asked), model.predict(asked), rtol=0, atol=1e-12)


def test_operations_that_nobody_timed_do_not_shift_the_others() -> None:
    known, asked = table(2000), table(500)
    known = known[np.isin(known[:, 0], [3, 17, 31, 32, 33, 59])]
    asked = asked[np.isin(asked[:, 0], known[:, 0])]
    model = fitted(known, categories=True, max_iter=60)
    forest = Forest.of(model)
    assert (forest.bits >= 0).any()
    np.testing.assert_allclose(forest.predict(asked), model.predict(asked), rtol=0, atol=1e-12)


def test_a_figure_on_the_edge_goes_the_way_scikit_learn_sends_it() -> None:
    known = np.column_stack([np.zeros(400), np.repeat(np.arange(8.0), 50)])
    model = HistGradientBoostingRegressor(max_iter=10, random_state=0).fit(known, known[:, 1] ** 2)
    edges = Forest.of(model).threshold
    asked = np.column_stack([np.zeros(len(edges)), edges])
    np.testing.assert_allclose(Forest.of(model).predict(asked), model.predict(asked), atol=1e-12)


def test_rows_answer_the_same_alone_and_in_any_company() -> None:
    forest, asked = Forest.of(fitted(table(800), categories=True, max_iter=20)), table(40)
    alone = np.concatenate([forest.predict(asked[i : i + 1]) for i in range(40)])
    np.testing.assert_allclose(forest.predict(asked), alone, rtol=0, atol=1e-12)
    assert forest.predict(asked[:0]).shape == (0,)


def test_a_stored_forest_is_the_forest() -> None:
    forest, asked = Forest.of(fitted(table(800), categories=True, max_iter=20)), table(40)
    state = forest.to_state()
    again = Forest.from_state(State(meta=json.loads(json.dumps(state.meta)), arrays=state.arrays))
    np.testing.assert_array_equal(again.predict(asked), forest.predict(asked))
