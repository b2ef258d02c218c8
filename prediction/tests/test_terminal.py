"""Answers as a terminal shows them."""

from __future__ import annotations

from dataclasses import replace

from prediction import terminal
from prediction.tests.answers import GLAND, PLATING, TURNING, UNTIMED, WITH_PLATING
from registry.core.routing import Operation, Prediction


def answer(*operations: Operation) -> Prediction:
    """Return an answer of one candidate."""
    return replace(GLAND, candidates=(replace(WITH_PLATING, operations=operations),))


def drawn(*answers: Prediction) -> str:
    """Return answers as text, without colours."""
    return terminal.drawn(answers, "2026.11.21_1", is_terminal=False)


def test_times_stand_with_their_intervals_and_their_sum() -> None:
    text = drawn(answer(TURNING, PLATING))
    assert "30.0 (15.0..45.0)" in text and "6.00 (3.00..9.00)" in text
    assert "Total: setup 30.0 (15.0..45.0) min an order, run 10.00 (" in text
    assert "unknown" not in text


def test_a_time_that_nobody_knows_is_unknown_and_the_total_at_least_the_rest() -> None:
    text = drawn(answer(UNTIMED, PLATING))
    assert "unknown" in text
    assert "run at least 4.00 min a piece; 80 % intervals; some times are unknown" in text
    assert "run unknown; 80 %" in drawn(answer(UNTIMED))


def test_many_answers_take_a_line_each_with_least_and_unknown_times() -> None:
    lines = drawn(*[answer(UNTIMED, PLATING)] * 5, answer(UNTIMED)).splitlines()
    assert "≥ 4.00" in lines[1]
    assert lines[6].rstrip().endswith("unknown")
