"""Figures are read tolerantly, compared in the right direction, and never made up."""

from __future__ import annotations

from typing import Any

import pytest

from registry import figures
from registry.figures import Verdict

BY_KEY = {figure.key: figure for figure in figures.FIGURES}


def metrics(model: Any = None, **baselines: Any) -> dict[str, Any]:
    return {"backtest": {"model": model, "baselines": baselines}}


@pytest.mark.parametrize(
    ("key", "old", "new", "verdict"),
    [
        ("exact_match", 0.80, 0.90, Verdict.BETTER),
        ("exact_match", 0.90, 0.80, Verdict.WORSE),
        ("wape", 0.10, 0.08, Verdict.BETTER),
        ("wape", 0.08, 0.10, Verdict.WORSE),
        ("bias", -0.10, 0.02, Verdict.BETTER),
        ("interval_coverage", 0.80, 0.95, Verdict.WORSE),
        ("interval_coverage", 0.70, 0.81, Verdict.BETTER),
        ("wape", 0.1, 0.1003, Verdict.SAME),
        ("wape", None, 0.1, Verdict.UNKNOWN),
        ("wape", 0.1, None, Verdict.UNKNOWN),
    ],
)
def test_a_figure_knows_which_way_it_improves(
    key: str, old: float | None, new: float | None, verdict: Verdict
) -> None:
    assert BY_KEY[key].verdict(old, new) is verdict


@pytest.mark.parametrize(
    "broken",
    [{}, None, [], {"backtest": None}, {"backtest": []}, metrics(), metrics([]),
     metrics({"wape": None}), metrics({"wape": "0.1"}), metrics({"wape": True}),
     metrics({"wape": float("nan")}), {"backtest": {"model": {}, "baselines": []}}],
)  # fmt: skip
def test_whatever_is_not_a_number_is_not_measurable_and_never_zero(broken: Any) -> None:
    entry = figures.measured(broken, BY_KEY["wape"])

    assert (entry.value, entry.text) == (None, "not measurable")
    assert figures.beaten_by_baseline(broken) == []


def test_zero_is_a_figure() -> None:
    assert figures.measured(metrics({"wape": 0}), BY_KEY["wape"]).text == "0.0\u00a0%"


def test_the_best_baseline_is_the_one_that_is_best_in_this_figure() -> None:
    simple = {
        "onehot_nearest": {"exact_match": 0.3, "wape": 0.4},
        "group_commonest": {"exact_match": 0.2},
        "boosting": {"wape": 0.15, "exact_match": None},
    }
    measured = metrics({"exact_match": 0.8, "wape": 0.2}, **simple)

    exact, wape = (figures.measured(measured, BY_KEY[key]) for key in ("exact_match", "wape"))
    assert (exact.baseline, exact.verdict) == ("onehot_nearest", Verdict.BETTER)
    assert (wape.baseline, wape.verdict) == ("boosting", Verdict.WORSE)
    assert figures.beaten_by_baseline(measured) == [wape]


def test_a_baseline_without_a_name_for_people_is_still_shown() -> None:
    entry = figures.measured(metrics({"wape": 0.1}, new_way={"wape": 0.3}), BY_KEY["wape"])

    assert entry.baseline_text == "30.0\u00a0% (new way)"


def test_differences_carry_sign_and_unit() -> None:
    champion, challenger = metrics({"wape": 0.10, "trim_mae": 0.5}), metrics({"wape": 0.08})
    rows = {row.figure.key: row for row in figures.compare(champion, challenger)}

    assert rows["wape"].difference_text == "-2.0\u00a0points"
    assert rows["trim_mae"].champion_text == "0.50\u00a0min"
    assert rows["trim_mae"].difference_text == "not measurable"
