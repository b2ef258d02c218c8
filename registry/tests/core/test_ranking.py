"""The order of candidates leans on what held-out items showed, and on the prior without any."""

from __future__ import annotations

import numpy as np
import pytest

from registry.core.candidates import SCORES, Pool
from registry.core.ranking import PRIOR, Ranker

VOTE = SCORES.index("vote")


def pools(count: int, seed: int = 0) -> tuple[list[Pool], list[np.ndarray]]:
    """Return pools in which the vote is right and everything else says the opposite or nothing."""
    rng, made, right = np.random.default_rng(seed), [], []
    for _ in range(count):
        truth = np.arange(6) == rng.integers(6)
        scores = rng.normal(0, 1, (6, len(SCORES)))
        scores[:, VOTE] += 2.0 * truth
        scores[:, SCORES.index("operations")] -= 2.0 * truth
        made.append(Pool([(i,) for i in range(6)], np.arange(6), scores, np.zeros(6)))
        right.append(truth)
    return made, right


def hits(ranker: Ranker, made: list[Pool], right: list[np.ndarray]) -> float:
    """Return the share of pools whose best candidate is right."""
    firsts = [truth[ranker.chances(p).argmax()] for p, truth in zip(made, right, strict=True)]
    return float(np.mean(firsts))


def test_without_held_out_items_the_prior_ranks() -> None:
    assert Ranker.fit([], []).weights.tolist() == PRIOR.tolist()


def test_pools_that_teach_nothing_leave_the_prior() -> None:
    made, _ = pools(5)
    nothing_right, all_right = [np.zeros(6, bool)] * 5, [np.ones(6, bool)] * 5
    assert Ranker.fit(made, nothing_right).weights.tolist() == PRIOR.tolist()
    assert Ranker.fit(made, all_right).weights.tolist() == PRIOR.tolist()


def test_what_held_out_items_show_orders_later_items_better_than_the_prior() -> None:
    ranker = Ranker.fit(*pools(200))
    assert ranker.weights[VOTE] > PRIOR[VOTE]
    assert hits(ranker, *pools(200, seed=1)) > hits(Ranker(), *pools(200, seed=1)) + 0.2


def test_the_fewer_the_items_the_nearer_to_the_prior() -> None:
    few = np.abs(Ranker.fit(*pools(2)).weights - PRIOR).sum()
    assert few < np.abs(Ranker.fit(*pools(200)).weights - PRIOR).sum()


def test_no_evidence_ever_counts_against_a_candidate() -> None:
    assert (Ranker.fit(*pools(200)).weights[:-1] >= 0).all()


def test_chances_add_up_and_survive_storing() -> None:
    ranker, (pool, *_) = Ranker.fit(*pools(20)), pools(3)[0]
    assert ranker.chances(pool).sum() == pytest.approx(1.0)
    again = Ranker.from_state(ranker.to_state())
    np.testing.assert_array_equal(again.chances(pool), ranker.chances(pool))
