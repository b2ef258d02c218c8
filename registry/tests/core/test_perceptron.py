"""A network kept as arrays answers as the library that trained it, and as a time model's part."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from registry.core.forest import Forest
from registry.core.perceptron import Perceptron
from registry.core.times import TimeModel


def network(categories: int = 2, columns: int = 3) -> Perceptron:
    rng = np.random.default_rng(4)
    shapes = {
        "centre": (columns,), "w1": (categories + columns, 5), "b1": (5,), "w2": (5, 4),
        "b2": (4,), "w3": (4, 1), "b3": (1,),
    }  # fmt: skip
    parts = {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    return Perceptron(parts | {"scale": np.ones(columns, np.float32)})


def test_an_operation_that_was_never_seen_is_answered_from_the_item_alone() -> None:
    figures = np.array([[1, 2, 3]], dtype=np.float32)
    first, second, unknown = network().predict(figures, np.zeros(3, int), np.array([0, 1, 7]))
    assert first != second
    assert np.isfinite(unknown)


def test_a_time_model_of_a_network_and_trees_comes_back_from_its_arrays_with_equal_answers() -> (
    None
):
    model = TimeModel(
        np.arange(3, dtype=np.int32),
        (network(), Forest.empty()),
        np.log(np.array([[2.0, 3.0], [5.0, 7.0]])),
        np.ones((2, 2), bool),
    )
    features = sparse.csr_matrix(np.array([[1.0, 2.0, 3.0], [0.0, 4.0, 1.0]], dtype=np.float32))
    asked = (features, np.array([0, 1]), np.array([1, 0]))
    again = TimeModel.from_state(model.to_state())
    np.testing.assert_array_equal(again.predict(*asked), model.predict(*asked))
    assert isinstance(again.forests[0], Perceptron)
    assert isinstance(again.forests[1], Forest)


def test_a_version_from_before_there_were_other_forms_is_still_read_as_trees() -> None:
    model = TimeModel(
        np.zeros(0, np.int32), (Forest.empty(),) * 2, np.zeros((2, 1)), np.ones((2, 1), bool)
    )
    state = model.to_state()
    for kind in ("run", "setup"):
        del state.meta[kind]["form"]
    assert isinstance(TimeModel.from_state(state).forests[0], Forest)
