"""A challenger takes the champion's place only when it is surely and clearly better."""

from __future__ import annotations

import numpy as np
import pytest

from registry.core import metrics
from training.core.verdict import LEAST_ITEMS, Reason, Side, judge

ITEMS, EACH = 120, 5


def side(factor: float, *, seed: int = 1, match: float | None = None) -> Side:
    """Return errors of five operations of each item, ``factor`` times one usual error."""
    rng = np.random.default_rng(seed)
    error = factor * np.abs(rng.normal(1.0, 0.3, ITEMS * EACH))
    shown = None if match is None else np.full(ITEMS, match)
    return Side(error, np.repeat(np.arange(ITEMS), EACH), shown)


def test_a_clearly_lower_error_wins_and_says_by_how_much() -> None:
    verdict = judge(side(0.8), side(1.0), ITEMS)
    assert verdict.wins
    assert verdict.reasons == (Reason.BETTER,)
    assert verdict.gain == pytest.approx(0.2)
    assert "20.0% lower" in verdict.words[0]


def test_less_than_five_percent_is_not_worth_a_change() -> None:
    verdict = judge(side(0.97), side(1.0), ITEMS)
    assert not verdict.wins
    assert verdict.reasons == (Reason.GAIN_TOO_SMALL,)


def test_the_same_error_is_told_as_such() -> None:
    verdict = judge(side(1.0), side(1.0), ITEMS)
    assert verdict.reasons == (Reason.SAME,)
    assert verdict.words == ("The typical error is the same; 5% lower are asked for.",)


def test_a_higher_error_is_told_as_such() -> None:
    verdict = judge(side(1.1), side(1.0), ITEMS)
    assert verdict.reasons == (Reason.WORSE,)
    assert "10.0% higher" in verdict.words[0]


def test_a_gain_that_a_few_items_make_is_chance() -> None:
    rng = np.random.default_rng(5)
    error = rng.exponential(1.0, ITEMS)
    other = rng.permutation(error) * 0.94
    items = np.arange(ITEMS)
    verdict = judge(Side(other, items), Side(error, items), ITEMS)
    assert not verdict.wins
    assert Reason.GAIN_UNCERTAIN in verdict.reasons


def test_better_times_do_not_make_up_for_operations_found_worse() -> None:
    verdict = judge(side(0.5, match=0.8), side(1.0, match=0.9), ITEMS)
    assert not verdict.wins
    assert verdict.reasons == (Reason.PROCESS_MATCH_LOWER,)
    assert verdict.match_gain == pytest.approx(-0.1)


def test_too_few_items_are_never_a_win() -> None:
    few = LEAST_ITEMS - 1
    errors = np.arange(few)
    verdict = judge(Side(np.full(few, 0.1), errors), Side(np.ones(few), errors), few)
    assert not verdict.wins
    assert verdict.reasons == (Reason.TOO_FEW_ITEMS,)


def test_nothing_measured_is_never_a_win() -> None:
    nothing = Side(np.zeros(0), np.zeros(0, int))
    assert judge(nothing, side(1.0), ITEMS).reasons == (Reason.NOT_MEASURABLE,)


def test_the_error_compared_is_the_trimmed_mean_that_versions_show() -> None:
    new, old = side(0.7, seed=2), side(1.0, seed=3)
    expected = 1 - metrics.trimmed_mean(new.error) / metrics.trimmed_mean(old.error)
    assert judge(new, old, ITEMS).gain == pytest.approx(expected)


def test_a_champion_that_was_nowhere_wrong_is_never_beaten() -> None:
    everywhere = np.arange(ITEMS)
    none, some = Side(np.zeros(ITEMS), everywhere), Side(np.full(ITEMS, 0.1), everywhere)
    verdict = judge(some, none, ITEMS)
    assert verdict.reasons == (Reason.WORSE,)
    assert verdict.interval is not None and np.isfinite(verdict.interval).all()


def test_a_champion_that_was_wrong_about_one_item_alone_may_be_so_by_chance() -> None:
    item = np.r_[np.zeros(ITEMS), np.arange(1, ITEMS)].astype(int)
    champion = Side(np.r_[np.full(ITEMS, 100.0), np.zeros(ITEMS - 1)], item)
    challenger = Side(np.r_[np.zeros(ITEMS), np.full(ITEMS - 1, 0.001)], item)
    assert judge(challenger, champion, ITEMS).reasons == (Reason.GAIN_UNCERTAIN,)
