"""Trees kept as arrays answer alike alone, in company, and after being stored."""

from __future__ import annotations

import json

import numpy as np
import pytest

from registry.core.forest import Forest
from registry.core.state import State
from registry.tests.core.test_boosting import grown, table


@pytest.fixture(scope="module")
def forest() -> Forest:
    """Return a grown forest."""
    return grown(800, max_iter=20).forest


def test_rows_answer_the_same_alone_and_in_any_company(forest: Forest) -> None:
    asked = table(40, seed=3)
    alone = np.concatenate([forest.predict(asked[i : i + 1]) for i in range(40)])
    np.testing.assert_allclose(forest.predict(asked), alone, rtol=0, atol=1e-12)
    assert forest.predict(asked[:0]).shape == (0,)


def test_an_operation_beyond_all_that_were_seen_is_answered(forest: Forest) -> None:
    asked = table(3)
    asked[:, 0] = 5000
    assert np.isfinite(forest.predict(asked)).all()


def test_a_stored_forest_is_the_forest(forest: Forest) -> None:
    asked = table(40, seed=3)
    state = forest.to_state()
    again = Forest.from_state(State(meta=json.loads(json.dumps(state.meta)), arrays=state.arrays))
    np.testing.assert_array_equal(again.predict(asked), forest.predict(asked))
