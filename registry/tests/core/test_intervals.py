"""Four times in five the truth lies between the low and the high time."""

from __future__ import annotations

import numpy as np
import pytest

from registry.core.intervals import TimeIntervals

JOBS = 8
BIAS = np.linspace(-0.2, 0.2, JOBS)
SCATTER = np.linspace(0.05, 0.4, JOBS)


def errors(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return log errors of operations that differ in bias and scatter; setup is twice as loose."""
    rng = np.random.default_rng(seed)
    kind, job = rng.integers(0, 2, count), rng.integers(0, JOBS, count)
    return BIAS[job] + SCATTER[job] * (1 + kind) * rng.standard_t(6, count), kind, job


@pytest.fixture(scope="module")
def learned() -> TimeIntervals:
    """What six thousand held-out operations teach."""
    return TimeIntervals.fit(*errors(6000, 0), JOBS)


def test_the_interval_holds_four_times_in_five_over_all(learned: TimeIntervals) -> None:
    later, kind, job = errors(6000, 1)
    low, _, middle, high = learned.offsets[:, kind, job]
    assert ((later >= low) & (later <= high)).mean() == pytest.approx(0.8, abs=0.03)
    assert (later <= middle).mean() == pytest.approx(0.5, abs=0.04)


def test_it_holds_for_steady_and_for_erratic_operations(learned: TimeIntervals) -> None:
    later, kind, job = errors(20_000, 2)
    low, _, _, high = learned.offsets[:, kind, job]
    inside = (later >= low) & (later <= high)
    for number in range(JOBS):
        assert inside[job == number].mean() == pytest.approx(0.8, abs=0.12)
    width = (learned.offsets[3] - learned.offsets[0])[0]
    assert width[-1] > 4 * width[0]


def test_low_optimal_middle_and_safe_come_in_that_order(learned: TimeIntervals) -> None:
    assert (np.diff(learned.offsets, axis=0) >= 0).all()
    skewed = TimeIntervals.fit(np.full(50, 0.3), np.zeros(50, int), np.zeros(50, int), 2)
    assert (np.diff(skewed.offsets, axis=0) >= 0).all()


def test_an_operation_never_held_out_has_everybodys_interval() -> None:
    later, kind, job = errors(3000, 3)
    kept = job != 5
    offsets = TimeIntervals.fit(later[kept], kind[kept], job[kept], JOBS).offsets
    assert np.isfinite(offsets).all()
    assert offsets[3, 0, 5] > offsets[0, 0, 5]


def test_without_held_out_operations_intervals_are_wide_and_centred() -> None:
    offsets = TimeIntervals.fit(np.zeros(0), np.zeros(0, int), np.zeros(0, int), 3).offsets
    assert (np.exp(offsets[3]) > 1.4).all()
    np.testing.assert_allclose(offsets[0], -offsets[3])
    assert (offsets[2] == 0).all()


def test_stored_intervals_are_the_intervals(learned: TimeIntervals) -> None:
    again = TimeIntervals.from_state(learned.to_state())
    np.testing.assert_array_equal(again.offsets, learned.offsets)
