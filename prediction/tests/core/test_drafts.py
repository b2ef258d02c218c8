"""What can be done to a routing, and how much of the proposal is left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from prediction.core import drafted, drafts
from prediction.core.drafts import BadDraft, Step
from prediction.tests.answers import GLAND, WITH_PLATING
from registry.core.routing import TimeSource

PROPOSAL = drafted.proposal_as_json(GLAND, WITH_PLATING, "2026.11.21_1")
TURN, PLATE, INSP = STEPS = drafted.proposed_steps(PROPOSAL)
POLISH = Step("POLISH", "연마", run_minutes=3.0)


def jobs(steps: tuple[Step, ...]) -> str:
    return "+".join(step.job for step in steps)


def test_a_proposal_becomes_steps_with_what_a_planner_decides() -> None:
    assert jobs(STEPS) == "TURN+PLATE+INSP"
    assert (TURN.resource, TURN.setup_minutes, TURN.run_minutes) == ("NC-03", 30.0, 6.0)
    assert (PLATE.outsourced, PLATE.partner, PLATE.price) == (True, "V-77", 1250.0)
    assert (INSP.partner, INSP.price) == ("", None)  # what is done in-house has no subcontractor


@pytest.mark.parametrize(
    ("edited", "expected"),
    [
        (drafts.moved(STEPS, 2, 0), "INSP+TURN+PLATE"),
        (drafts.moved(STEPS, 0, 99), "PLATE+INSP+TURN"),
        (drafts.moved(STEPS, 1, -5), "PLATE+TURN+INSP"),
        (drafts.inserted(STEPS, 1, POLISH), "TURN+POLISH+PLATE+INSP"),
        (drafts.inserted(STEPS, 99, POLISH), "TURN+PLATE+INSP+POLISH"),
        (drafts.removed(STEPS, 1), "TURN+INSP"),
        (drafts.replaced(STEPS, 1, POLISH), "TURN+POLISH+INSP"),
        (drafts.split(STEPS, 0), "TURN+TURN+PLATE+INSP"),
    ],
)
def test_steps_are_moved_inserted_removed_replaced_and_split(
    edited: tuple[Step, ...], expected: str
) -> None:
    assert jobs(edited) == expected
    assert jobs(STEPS) == "TURN+PLATE+INSP"


def test_a_split_operation_takes_as_long_as_before_but_is_set_up_twice() -> None:
    first, second, *_rest = drafts.split(STEPS, 0)
    assert (first.run_minutes, second.run_minutes) == (3.0, 3.0)
    assert (first.setup_minutes, second.setup_minutes) == (30.0, 30.0)
    assert second.origin is None


@pytest.mark.parametrize("place", [-1, 3])
def test_an_operation_that_is_not_there_cannot_be_edited(place: int) -> None:
    for edit in (drafts.removed, drafts.split):
        with pytest.raises(BadDraft, match="There is no operation number"):
            edit(STEPS, place)


def test_what_is_stored_comes_back_as_it_was() -> None:
    assert drafts.from_json(drafts.to_json(STEPS), 3) == STEPS


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("TURN", "must be a list"),
        (["TURN"], "Operation 1 is not an object"),
        ([{"job": "TURN"}, {}], "Operation 2 has no code"),
        ([{"job": "TURN", "speed": 3}], "unknown field 'speed'"),
        ([{"job": "TURN", "run_minutes": "six"}], "run_minutes must be a number"),
        ([{"job": "TURN", "run_minutes": True}], "run_minutes must be a number"),
        ([{"job": "TURN", "run_minutes": float("nan")}], "run_minutes must be a number"),
        ([{"job": "TURN", "run_minutes": 10**400}], "run_minutes must be a number"),
        ([{"job": "TURN", "outsourced": "yes"}], "outsourced must be true or false"),
        ([{"job": "T" * 201}], "text of at most 200"),
        ([{"job": "TURN", "origin": 7}], "does not come from the proposal"),
        ([{"job": "TURN"}] * 201, "at most 200 operations"),
    ],
)
def test_what_is_no_routing_is_refused_with_the_place(given: Any, told: str) -> None:
    with pytest.raises(BadDraft, match=told):
        drafts.from_json(given, 3)


def test_an_untouched_draft_adopts_everything() -> None:
    change = drafts.change_between(STEPS, STEPS)
    assert change == drafts.Change(1.0, 0, 0, 0) and change.nothing


def test_feedback_counts_what_was_kept_and_what_was_changed() -> None:
    edited = (replace(TURN, run_minutes=7.0), POLISH, replace(INSP, resource="CMM-1"))
    change = drafts.change_between(STEPS, edited)
    assert change == drafts.Change(2 / 3, 1, 1, 1) and not change.nothing


def test_an_emptied_draft_adopts_nothing() -> None:
    assert drafts.change_between(STEPS, ()) == drafts.Change(0.0, 3, 0, 0)


def test_an_export_keeps_the_evidence_of_proposed_times_only() -> None:
    steps = (replace(TURN, run_minutes=7.0), INSP)
    (candidate,) = drafted.prediction_of("G-999", PROPOSAL, steps).candidates
    turning, inspection = candidate.operations
    assert [turning.sequence, inspection.sequence] == [10, 20]
    assert (turning.run.minutes, turning.run.source, turning.run.low) == (
        7.0,
        TimeSource.STANDARD,
        None,
    )
    assert turning.setup == WITH_PLATING.operations[0].setup
    assert inspection.run == WITH_PLATING.operations[2].run
    assert candidate.reference_item == "G-100"


def test_another_operation_does_not_inherit_the_evidence_of_the_one_it_replaces() -> None:
    other = replace(TURN, job="MILL")
    (candidate,) = drafted.prediction_of("G-999", PROPOSAL, (other,)).candidates
    assert candidate.operations[0].run.source is TimeSource.STANDARD
    assert candidate.operations[0].support == 0.0
