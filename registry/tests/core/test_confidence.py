"""A confidence of 0.8 is right four times in five, and under the limit a planner is asked."""

from __future__ import annotations

import json

import numpy as np
import pytest

from registry.core.confidence import MAX_ABSTENTION, RISK_CUT, SIGNS, Confidence, signs_of
from registry.core.state import State


def answers(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return signs of doubt, whether the first and whether a later candidate was right."""
    rng = np.random.default_rng(seed)
    signs = rng.normal(0, 1, (count, len(SIGNS)))
    true = 1 / (1 + np.exp(-(1.0 + 1.5 * signs[:, 0] + signs[:, 2])))
    right = rng.random(count) < true
    return signs, right, ~right & (rng.random(count) < 0.6)


@pytest.fixture(scope="module")
def learned() -> Confidence:
    """What two thousand held-out answers teach."""
    return Confidence.fit(*answers(2000))


def test_a_probability_is_how_often_such_answers_are_right(learned: Confidence) -> None:
    signs, right, _ = answers(8000, seed=1)
    sure = learned.probability(signs)
    for low in (0.1, 0.3, 0.5, 0.7, 0.9):
        alike = (sure >= low) & (sure < low + 0.1)
        assert right[alike].mean() == pytest.approx(sure[alike].mean(), abs=0.06)


def test_above_the_limit_answers_err_less_and_most_are_still_given(learned: Confidence) -> None:
    signs, right, _ = answers(8000, seed=1)
    answered = learned.probability(signs) >= learned.limit
    error = 1 - right.mean()
    assert 1 - right[answered].mean() <= (RISK_CUT + 0.05) * error
    assert 1 - MAX_ABSTENTION - 0.03 <= answered.mean() < 0.95


def test_no_higher_limit_is_set_than_the_curve_asks_for(learned: Confidence) -> None:
    signs, right, _ = answers(2000)
    sure = learned.probability(signs)
    lower = np.quantile(sure, (sure < learned.limit).mean() - 0.05)
    assert 1 - right[sure >= lower].mean() > RISK_CUT * (1 - right.mean())


def test_a_plant_of_doubts_leaves_at_most_half_to_planners() -> None:
    rng = np.random.default_rng(0)
    signs, right = rng.normal(0, 1, (400, len(SIGNS))), rng.random(400) < 0.5
    doubtful = Confidence.fit(signs, right, ~right)
    assert (doubtful.probability(signs) >= doubtful.limit).mean() >= 1 - MAX_ABSTENTION


@pytest.mark.parametrize("count", [0, 1, 10])
def test_a_few_held_out_items_fit_nothing_and_chances_are_taken_with_salt(count: int) -> None:
    little = Confidence.fit(*answers(count))
    signs = np.zeros((3, len(SIGNS)))
    signs[:, 0] = [0.0, 0.5, 1.0]
    sure = little.probability(signs)
    assert 0 < sure[0] < sure[1] < sure[2] < 1
    assert sure[1] <= 0.5


def test_held_out_items_that_were_all_right_make_nothing_certain() -> None:
    signs, right, later = answers(100)
    sure = Confidence.fit(signs, right | True, later & False).probability(signs)
    assert sure.max() < 1


def test_later_candidates_are_never_surer_than_the_first(learned: Confidence) -> None:
    for first in (0.05, 0.5, 0.99):
        spread = learned.spread(first, np.array([0.4, 0.3, 0.2, 0.1]))
        assert spread[0] == first
        assert (np.diff(spread) <= 0).all()
        assert spread.sum() <= 1 + 1e-9


def test_a_lone_candidate_has_its_signs_and_survives_storing(learned: Confidence) -> None:
    signs = np.array([signs_of(np.array([1.0]), 0.9, 0.5, [], -2.0)])
    assert np.isfinite(signs).all()
    again = Confidence.from_state(State(meta=json.loads(json.dumps(learned.to_state().meta))))
    assert again.probability(signs) == learned.probability(signs)
    assert again.limit == learned.limit
