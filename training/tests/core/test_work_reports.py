"""Typing errors in work reports are set aside and counted; what is left tells the true time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from training.core.work_reports import Centres, robust_centres

TRUE = 5.0
GOOD = [TRUE * factor for factor in (0.9, 0.95, 1.0, 1.05, 1.1)]


def centres(groups: Sequence[Sequence[float]], standard: float = 4.0) -> Centres:
    """Sum up the reports of several items for one operation."""
    minutes = np.array([m for group in groups for m in group], dtype=float)
    key = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    job = np.zeros(len(key), dtype=np.int64)
    return robust_centres(minutes, key, job, np.full(len(key), standard), len(groups))


def test_the_centre_is_the_geometric_mean_of_the_reports() -> None:
    summed = centres([[4.0, 9.0]])
    assert np.exp(summed.log[0]) == pytest.approx(6.0)
    assert summed.count[0] == 2
    assert summed.rejected == 0


@pytest.mark.parametrize("factor", [10.0, 60.0, 0.1, 1 / 60])
@pytest.mark.parametrize("standard", [4.0, np.nan, 0.0])
def test_a_slip_of_a_digit_or_of_hours_for_minutes_is_set_aside(
    factor: float, standard: float
) -> None:
    clean = centres([GOOD, GOOD, GOOD], standard)
    typed = centres([[*GOOD, TRUE * factor], GOOD, GOOD], standard)
    assert typed.rejected == 1
    assert typed.count.tolist() == [5, 5, 5]
    np.testing.assert_allclose(typed.log, clean.log)


def test_nought_and_less_are_left_out_and_counted_and_the_unknown_is_only_left_out() -> None:
    summed = centres([[*GOOD, 0.0, -3.0, np.nan]])
    assert summed.rejected == 2
    assert summed.count[0] == 5
    assert np.exp(summed.log[0]) == pytest.approx(np.exp(np.mean(np.log(GOOD))))


def test_an_item_whose_reports_are_all_wrong_has_no_time_rather_than_a_wrong_one() -> None:
    summed = centres([[TRUE * 60] * 4, [0.0, 0.0], GOOD, GOOD])
    assert np.isnan(summed.log[:2]).all()
    assert summed.count[:2].tolist() == [0, 0]
    assert summed.rejected == 6
    assert np.exp(summed.log[2]) == pytest.approx(TRUE, rel=0.02)


def test_a_shop_that_is_always_twenty_times_slower_than_its_standards_is_believed() -> None:
    summed = centres([GOOD, GOOD], standard=TRUE / 20)
    assert summed.rejected == 0
    assert np.exp(summed.log[0]) == pytest.approx(TRUE, rel=0.02)


def test_an_item_that_is_really_slower_than_others_keeps_its_time() -> None:
    summed = centres([GOOD, GOOD, [m * 3 for m in GOOD]])
    assert summed.rejected == 0
    assert np.exp(summed.log[2]) == pytest.approx(3 * TRUE, rel=0.02)


@pytest.mark.parametrize("minutes", [[], [np.nan, np.nan], [0.0]])
def test_without_a_usable_report_nothing_is_known(minutes: list[float]) -> None:
    summed = centres([minutes])
    assert np.isnan(summed.log).all()
    assert summed.count.tolist() == [0]
    assert summed.variation is None


def test_the_shops_variation_does_not_count_typing_errors() -> None:
    wild = centres([[*GOOD, TRUE * 60], GOOD])
    assert wild.variation == pytest.approx(centres([GOOD, GOOD]).variation)
