"""Trees kept as arrays answer alike alone, in company, and after being stored."""

from __future__ import annotations

import json

import numpy as np
import pytest

from registry.core.forest import Forest
from registry.core.state import State
from registry.tests.core.test_boosting import grown, said, table


@pytest.fixture(scope="module")
def forest() -> Forest:
    """Return a grown forest."""
    return grown(800, max_iter=20).forest


def test_rows_answer_the_same_alone_and_in_any_company(forest: Forest) -> None:
    asked = table(40, seed=3)
    alone = np.concatenate([said(forest, asked[i : i + 1]) for i in range(40)])
    np.testing.assert_allclose(said(forest, asked), alone, rtol=0, atol=1e-12)
    assert said(forest, asked[:0]).shape == (0,)


def test_an_operation_beyond_all_that_were_seen_is_answered(forest: Forest) -> None:
    asked = table(3)
    asked[:, 0] = 5000
    assert np.isfinite(said(forest, asked)).all()


def test_operations_of_one_item_answer_as_if_each_had_an_item_of_its_own(forest: Forest) -> None:
    figures, item = table(10, seed=3)[:, 1:], np.repeat(np.arange(10), 4)
    category = np.tile(np.arange(4), 10)
    rows = np.column_stack([category, figures[item]])
    np.testing.assert_array_equal(forest.predict(figures, item, category), said(forest, rows))


def test_a_tree_with_more_leaves_than_bits_is_refused() -> None:
    node = np.zeros(2 * 65 - 1)
    tree = dict.fromkeys(("feature", "threshold", "left", "right", "bits", "value"), node)
    with pytest.raises(ValueError, match="more than 64 leaves"):
        Forest.joined([tree], np.zeros((0, 1), np.uint32), 0.0)


def test_a_stored_forest_is_the_forest(forest: Forest) -> None:
    asked = table(40, seed=3)
    state = forest.to_state()
    again = Forest.from_state(State(meta=json.loads(json.dumps(state.meta)), arrays=state.arrays))
    np.testing.assert_array_equal(said(again, asked), said(forest, asked))
