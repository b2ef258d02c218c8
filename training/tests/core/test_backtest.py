"""The figures of a version: of later items only, beside the baselines, None when unmeasurable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from registry.core.progress import Silent
from registry.core.routing import (
    UNKNOWN_TIME,
    Candidate,
    CandidateSource,
    Doubt,
    DoubtCode,
    Explanation,
    Operation,
    Prediction,
    TimeEstimate,
    TimeSource,
)
from training.core import backtest
from training.core.dataset import prepare
from training.core.truths import TrueRouting
from training.tests.core.shops import ATTRIBUTES, QUICK, shop

TIMES = ("mae", "trim_mae", "rmse", "wape", "mape_median", "bias", "interval_coverage")


def estimate(minutes: float | None) -> TimeEstimate:
    """Return a time that may be a tenth off, or one that nobody knows."""
    if minutes is None:
        return UNKNOWN_TIME
    low, high = 0.9 * minutes, 1.1 * minutes
    return TimeEstimate(minutes, low, high, low, high, TimeSource.MODEL)


def answer(
    confidence: float, *routings: str, minutes: float | None = 10.0, doubt: bool = False
) -> Prediction:
    """Return a prediction of routings whose codes are single letters; X is outsourced."""
    candidates = [
        Candidate(
            rank=rank,
            operations=tuple(
                Operation(10 * n, job, job, job == "X", 0.0, estimate(2.0), estimate(minutes))
                for n, job in enumerate(routing, 1)
            ),
            confidence=confidence,
            similarity=0.9,
            reference_item=None,
            source=CandidateSource.NEIGHBOUR,
        )
        for rank, routing in enumerate(routings, 1)
    ]
    why = Doubt(DoubtCode.NEW_SEQUENCE) if doubt else None
    return Prediction("I", doubt, why, tuple(candidates), (), Explanation())


def truth(jobs: str, *minutes: float) -> list[TrueRouting]:
    """Return an item's one valid routing; X is outsourced, setups take two minutes."""
    run = np.array(minutes) if minutes else np.full(len(jobs), np.nan)
    outsourced = np.array([job == "X" for job in jobs])
    setup, reports = np.full(len(jobs), 2.0), np.where(np.isfinite(run), 3, 0)
    return [TrueRouting(tuple(jobs), run, setup, outsourced, reports)]


def figures(predictions: list[Prediction], truths: list[list[TrueRouting]]) -> dict[str, Any]:
    """Return the model's figures."""
    return dict(backtest.score(predictions, truths)["model"])


def test_figures_by_hand() -> None:
    model = figures(
        [answer(0.9, "ABX", minutes=12.0), answer(0.4, "AB", "AC", minutes=5.0, doubt=True)],
        [truth("ABX", 10.0, np.nan, 12.5), truth("AC", 5.0, 7.0)],
    )
    assert model["exact_match"] == 0.5
    assert model["hit_at_3"] == 1.0
    assert model["operations"] == 3
    assert model["sample_count"] == 9
    assert model["wape"] == pytest.approx((2 + 0.5 + 0) / (10 + 12.5 + 5))
    assert model["interval_coverage"] == pytest.approx(2 / 3)
    assert model["setup_wape"] == 0.0
    assert model["outsourcing_success"] == 1.0
    assert model["abstention"] == 0.5
    assert model["exact_match_answered"] == 1.0
    assert model["calibration_gap"] == pytest.approx(0.65 - 0.5)


def test_times_are_compared_with_the_valid_routing_nearest_to_the_answer() -> None:
    model = figures([answer(0.9, "AB")], [[*truth("XYZ", 1.0, 1.0, 1.0), *truth("AB", 10.0, 10.0)]])
    assert model["exact_match"] == 1.0
    assert model["mae"] == 0.0


def test_times_that_nobody_reported_are_not_measured() -> None:
    model = figures([answer(0.9, "AB")], [truth("AB")])
    assert [model[name] for name in TIMES] == [None] * len(TIMES)
    assert model["operations"] == 0
    assert model["exact_match"] == 1.0


def test_an_estimate_that_nobody_can_make_is_left_out_of_the_scores_of_times() -> None:
    answers = [answer(0.9, "AB", minutes=None), answer(0.9, "AB", minutes=9.0)]
    model = figures(answers, [truth("AB", 10.0, 10.0), truth("AB", 10.0, 10.0)])
    assert model["operations"] == 2
    assert model["wape"] == pytest.approx(0.1)


def test_an_item_without_a_known_routing_is_not_measured_and_counted() -> None:
    alone = figures([answer(0.9, "AB")], [truth("AB", 10.0, 10.0)])
    beside = figures([answer(0.9, "AB"), answer(0.2, "C")], [truth("AB", 10.0, 10.0), []])
    assert beside.pop("items_without_truth") == 1
    assert beside == {name: value for name, value in alone.items() if name in beside}
    nothing = figures([answer(0.2, "C")], [[]])
    assert nothing["exact_match"] is nothing["calibration_gap"] is None


def test_what_no_answer_allows_to_measure_is_none() -> None:
    nothing_shared = figures([answer(0.9, "AB", doubt=True)], [truth("CD", 1.0, 1.0)])
    assert nothing_shared["outsourcing_success"] is None
    assert nothing_shared["setup_wape"] is None
    assert nothing_shared["exact_match_answered"] is None
    all_right = figures([answer(0.9, "AB")], [truth("AB", 1.0, 1.0)])
    assert all_right["error_at_80"] == 0.0
    assert all_right["error_ratio_at_80"] is None


def test_a_baseline_that_is_better_is_named_and_the_unmeasurable_beats_nobody() -> None:
    named = backtest.better_baselines(
        {
            "model": {"exact_match": 0.5, "wape": 0.2},
            "baselines": {
                "better": {"exact_match": 0.6, "wape": 0.3},
                "faster": {"exact_match": 0.4, "wape": 0.1},
                "equal": {"exact_match": 0.5, "wape": 0.2},
                "unknown": {"exact_match": None},
            },
        }
    )
    assert named == ["better: exact_match", "faster: wape"]


@pytest.fixture(scope="module")
def done() -> dict[str, Any]:
    """The backtest of a shop of 75 items."""
    return backtest.run(prepare(shop(75, 5), ATTRIBUTES), QUICK, Silent()).figures


def test_the_newest_fifth_is_predicted_and_its_time_span_told(done: dict[str, Any]) -> None:
    assert done["items"] == 15
    assert done["period"] == ["2024-03-01", "2024-03-15"]
    assert done["risk_coverage"]["error"][-1] == pytest.approx(1 - done["model"]["exact_match"])


def test_the_model_beats_the_plants_commonest_routing_in_a_shop_of_rules(
    done: dict[str, Any],
) -> None:
    assert done["model"]["exact_match"] > done["baselines"]["plant_commonest"]["exact_match"]
    assert "plant_commonest: exact_match" not in done["beaten_by"]
    assert 0 < done["model"]["wape"] < 0.5
    assert done["model"]["sample_count"] >= done["model"]["operations"]
    assert done["baselines"]["boosting"]["operations"] == done["model"]["operations"]
    assert set(done["baselines"]) == {
        "onehot_nearest", "group_commonest", "plant_commonest", "predecessor", "boosting",
    }  # fmt: skip


def test_too_few_items_are_not_measured_rather_than_measured_badly() -> None:
    tested = backtest.run(prepare(shop(9), ATTRIBUTES), QUICK, Silent())
    assert tested.figures == {"items": 0, "model": {}, "baselines": {}}
    assert tested.held is None


def test_without_work_results_no_time_figure_is_nought() -> None:
    untimed = backtest.run(prepare(shop(12, reports=0), ATTRIBUTES), QUICK, Silent()).figures
    for scores in (untimed["model"], untimed["baselines"]["boosting"]):
        assert [scores[name] for name in TIMES] == [None] * len(TIMES)
    assert untimed["model"]["exact_match"] is not None
    assert untimed["items"] == 2
