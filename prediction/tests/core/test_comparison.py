"""Where two routings differ, and what a routing costs as a whole."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prediction.core.comparison import (
    Mark,
    Total,
    compare,
    lot_total,
    operation_total,
    run_total,
    setup_total,
    sum_of,
)
from prediction.core.drafts import step_of
from prediction.tests.answers import INSPECTION, PLATING, UNTIMED, WITH_PLATING

JOBS = st.lists(st.sampled_from(["TURN", "MILL", "PLATE", "INSP"]), max_size=8)


def marks(jobs: list[str], reference: list[str]) -> list[tuple[str, str]]:
    return [(step.job, step.mark.value) for step in compare(jobs, reference)]


def figures(total: Total) -> tuple[float, float, float]:
    """Return a known total's figures."""
    assert total.minutes is not None and total.low is not None and total.high is not None
    return total.low, total.minutes, total.high


def test_the_same_routing_has_no_differences() -> None:
    assert {step.mark for step in compare(["A", "B"], ["A", "B"])} == {Mark.SAME}


def test_a_missing_and_an_added_operation_are_marked_where_they_are() -> None:
    assert marks(["TURN", "INSP"], ["TURN", "PLATE", "INSP"]) == [
        ("TURN", "same"),
        ("PLATE", "missing"),
        ("INSP", "same"),
    ]
    assert marks(["TURN", "PLATE", "INSP"], ["TURN", "INSP"])[1] == ("PLATE", "added")


def test_an_exchanged_operation_is_one_missing_and_one_added() -> None:
    assert marks(["MILL"], ["TURN"]) == [("TURN", "missing"), ("MILL", "added")]


@given(JOBS, JOBS)
def test_the_steps_hold_both_routings_in_their_order(jobs: list[str], reference: list[str]) -> None:
    steps = compare(jobs, reference)
    assert [step.job for step in steps if step.mark is not Mark.MISSING] == jobs
    assert [step.job for step in steps if step.mark is not Mark.ADDED] == reference
    assert all(jobs[step.position] == step.job for step in steps if step.mark is Mark.ADDED)


def test_the_interval_of_a_total_lies_between_independent_errors_and_the_sum_of_bounds() -> None:
    low, minutes, high = figures(run_total(WITH_PLATING))
    assert minutes == 12.0
    assert (3**2 + 2**2 + 1**2) ** 0.5 < high - minutes < 3 + 2 + 1
    assert minutes - low == pytest.approx(high - minutes)
    assert setup_total(WITH_PLATING).minutes == 35.0


def test_the_total_of_one_operation_has_its_interval() -> None:
    one = replace(WITH_PLATING, operations=WITH_PLATING.operations[:1])
    assert (run_total(one).low, run_total(one).high) == (3.0, 9.0)


def test_a_lot_is_set_up_once_and_run_for_every_piece() -> None:
    low, minutes, high = figures(lot_total(WITH_PLATING, 10))
    assert minutes == 35.0 + 10 * 12.0
    assert low < minutes < high


def test_a_total_is_never_below_nothing_and_an_empty_routing_takes_no_time() -> None:
    empty = replace(WITH_PLATING, operations=())
    assert run_total(empty).minutes == run_total(empty).high == 0.0
    assert figures(run_total(WITH_PLATING))[0] >= 0.0


def test_a_total_without_the_time_of_an_operation_is_a_least_one() -> None:
    gap = replace(WITH_PLATING, operations=(UNTIMED, PLATING, INSPECTION))
    known = replace(WITH_PLATING, operations=(PLATING, INSPECTION))
    run = run_total(gap)
    assert (run.minutes, run.low, run.high, run.incomplete) == (
        6.0, run_total(known).low, None, True,
    )  # fmt: skip
    lot = lot_total(gap, 10)
    assert (lot.minutes, lot.high, lot.incomplete) == (35.0 + 60.0, None, True)


def test_an_answer_and_its_draft_have_the_same_total() -> None:
    run = WITH_PLATING.operations[0].run._replace(minutes=2.0049, low=2.0048, high=2.1)
    operations = tuple(each._replace(run=run) for each in WITH_PLATING.operations)
    answer = replace(WITH_PLATING, operations=operations)
    steps = [step_of(each, place) for place, each in enumerate(answer.operations)]
    low, minutes, _high = figures(run_total(answer))
    assert minutes == sum_of([step.run_minutes for step in steps]).minutes == 2.0 * len(steps)
    assert low <= minutes


def test_a_total_of_which_nothing_is_known_is_unknown() -> None:
    nothing = UNTIMED._replace(setup=UNTIMED.run)
    assert operation_total(nothing, 5) == Total(None, None, None)
    assert run_total(replace(WITH_PLATING, operations=(UNTIMED,))) == Total(None, None, None)
