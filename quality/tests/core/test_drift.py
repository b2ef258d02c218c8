"""Drift: noticed when it is there, and hardly ever when it is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from quality.core import drift
from quality.core.drift import Band, Event
from registry.core.confidence import histogram

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def similarities(rng: np.random.Generator, count: int, *, mean: float = 0.9) -> np.ndarray:
    return np.asarray(rng.beta(mean * 20, (1 - mean) * 20, count))


@pytest.mark.parametrize("window", [100, 300, 1000])
def test_in_an_unchanged_plant_fewer_than_one_look_in_twenty_is_a_false_alarm(window: int) -> None:
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(200):
        before = histogram(similarities(rng, 500))
        alarms += drift.look(similarities(rng, window).tolist(), before).is_alarm
    assert alarms < 10


def test_a_fixed_limit_would_be_wrong_for_small_windows() -> None:
    before = histogram(similarities(np.random.default_rng(2), 500))
    limits = [drift.alarm_limit(before, window) for window in (100, 300, 1000)]
    assert limits == sorted(limits, reverse=True)
    assert limits[0] > 2 * limits[2]


def test_what_lies_between_held_out_and_known_items_has_not_moved() -> None:
    """A live item is asked of a model that knows more than the held-out ones were asked of."""
    rng = np.random.default_rng(5)
    held, known = (histogram(similarities(rng, 300, mean=mean)) for mean in (0.85, 0.95))
    live = similarities(rng, 600, mean=0.91).tolist()
    assert drift.look(live, held).is_alarm
    assert not drift.look(live, held, known).is_alarm
    assert drift.look(similarities(rng, 600, mean=0.7).tolist(), held, known).is_alarm


def test_answers_that_have_become_less_similar_raise_an_alarm() -> None:
    rng = np.random.default_rng(3)
    before = histogram(similarities(rng, 1000))
    moved = drift.look(similarities(rng, 1000, mean=0.6).tolist(), before)
    assert moved.is_alarm
    assert moved.band is Band.SEVERE


def test_only_the_last_thousand_answers_count_and_too_few_say_nothing() -> None:
    rng = np.random.default_rng(4)
    before = histogram(similarities(rng, 1000))
    values = [*similarities(rng, 2000, mean=0.5).tolist(), *similarities(rng, 1000).tolist()]
    assert not drift.look(values, before).is_alarm
    few = drift.look([0.1] * 99, before)
    assert (few.value, few.is_alarm, few.band) == (None, False, Band.NONE)


def test_the_bands_are_those_that_people_know() -> None:
    assert [drift.band(v) for v in (0.29, 0.3, 0.5, 1.0)] == [
        Band.NONE, Band.SLIGHT, Band.CLEAR, Band.SEVERE,
    ]  # fmt: skip


def test_distances_are_nought_for_the_same_and_large_for_the_opposite() -> None:
    one, other = np.array([90, 10, 0]), np.array([0, 10, 90])
    for distance in (drift.kl, drift.psi, drift.jensen_shannon):
        assert distance(one, one) == pytest.approx(0)
        assert distance(one, other) > 0.5
    assert drift.jensen_shannon(one, other) <= 1


def test_one_drift_that_lasts_is_one_event() -> None:
    before = [Event(NOW - timedelta(minutes=20), is_severe=False)]
    assert not drift.is_new_event(NOW, before, is_severe=False)
    assert drift.is_new_event(NOW, before, is_severe=True), "it has become worse"
    assert drift.is_new_event(NOW + timedelta(hours=2), before, is_severe=False)


def test_five_events_in_a_week_or_a_severe_one_or_wrong_times_ask_for_training() -> None:
    days = [Event(NOW - timedelta(days=n), is_severe=False) for n in range(5)]
    old = [Event(NOW - timedelta(days=8), is_severe=True)]
    assert drift.retrain_reasons([*days, *old], now=NOW, error_drift=False) == ("events",)
    assert drift.retrain_reasons(days[:4], now=NOW, error_drift=False) == ()
    severe = [Event(NOW, is_severe=True)]
    assert drift.retrain_reasons(severe, now=NOW, error_drift=True) == ("severe", "error")
