"""Items that are made the same way end up near each other, whatever they are called."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from registry.core.embedding import RoutingEmbedding, StepVocabulary, pairs_of
from registry.core.network import NetworkSpec
from registry.core.progress import Cancelled
from registry.tests.core.libraries import library

SPEC = NetworkSpec(hidden=24, last=12, steps=200, max_epochs=100, batch=32)
COUNT = 90


def rules() -> tuple[sparse.csr_matrix, list[list[str]]]:
    """Return features of which the first alone decides the routing, and the routings."""
    table = (np.random.default_rng(0).random((COUNT, 12)) < 0.5).astype(np.float32)
    return sparse.csr_matrix(table), [["ABD"] if row[0] else ["ACD"] for row in table]


def learn(seed: int = 1) -> RoutingEmbedding:
    """Learn the rules."""
    features, plant = rules()
    return RoutingEmbedding.fit(features, library(plant), np.arange(COUNT), SPEC, seed=seed)


@pytest.fixture(scope="module")
def learned() -> RoutingEmbedding:
    """What ninety items teach."""
    return learn()


def test_items_made_alike_are_nearer_than_items_that_look_alike(learned: RoutingEmbedding) -> None:
    features, plant = rules()
    vectors, _ = learned.transform(features)
    one = np.array([routing == ["ABD"] for routing in plant])
    cosines = vectors @ vectors.T
    alike, unlike = cosines[one][:, one].mean(), cosines[one][:, ~one].mean()
    assert alike > unlike + 0.3
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_the_operations_an_item_needs_are_told_from_those_it_does_not(
    learned: RoutingEmbedding,
) -> None:
    unseen = (np.random.default_rng(9).random((200, 12)) < 0.5).astype(np.float32)
    _, odds = learned.transform(sparse.csr_matrix(unseen))
    needs_b = odds[:, 1] > odds[:, 2]
    assert (needs_b == unseen[:, 0].astype(bool)).mean() > 0.95
    assert (odds[:, [0, 3]] > 0).all()


def test_equal_seeds_learn_equal_bits(learned: RoutingEmbedding) -> None:
    for name, weights in learn().network.weights.items():
        np.testing.assert_array_equal(weights, learned.network.weights[name])
    assert (learn(seed=2).network.weights["w1"] != learned.network.weights["w1"]).any()


def test_a_stored_embedding_is_the_embedding(learned: RoutingEmbedding) -> None:
    features, _ = rules()
    again = RoutingEmbedding.from_state(learned.to_state())
    assert again.vocabulary == learned.vocabulary
    for before, after in zip(learned.transform(features), again.transform(features), strict=True):
        np.testing.assert_array_equal(before, after)


def test_batches_do_not_change_the_answer(learned: RoutingEmbedding) -> None:
    features, _ = rules()
    for whole, parts in zip(
        learned.transform(features), learned.transform(features, batch=7), strict=True
    ):
        np.testing.assert_allclose(whole, parts, atol=1e-5)


def test_learning_can_be_stopped() -> None:
    class Stop:
        def report(self, share: float, step: str) -> None:
            raise Cancelled("stop")

    features, plant = rules()
    with pytest.raises(Cancelled):
        RoutingEmbedding.fit(
            features, library(plant), np.arange(COUNT), SPEC, seed=1, progress=Stop()
        )


def test_rare_pairs_of_a_large_plant_are_no_outputs_and_start_and_end_are() -> None:
    packed = library([["AB"]] * 399 + [["BA"]])
    assert StepVocabulary.of(packed).pairs == tuple(sorted(pairs_of((0, 1), 2)))
    assert len(StepVocabulary.of(library([["AB"], ["BA"]])).pairs) == 6


def test_an_item_with_two_routings_wants_half_of_what_only_one_has() -> None:
    packed = library([["AB", "AC"]])
    vocabulary = StepVocabulary.of(packed)
    wanted = vocabulary.targets(packed, np.array([0])).toarray()[0]
    assert wanted[:3].tolist() == [1.0, 0.5, 0.5]
    assert wanted[vocabulary.jobs + vocabulary.pairs.index((3, 0))] == 1.0
