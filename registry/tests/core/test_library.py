"""Routings survive packing, taking and storing, whatever the order of the ERP's rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.known import known_routings
from registry.core.library import RoutingLibrary
from registry.tests.core.libraries import library, spelled

PLANTS = st.lists(
    st.lists(st.text("ABCD", min_size=1, max_size=5), max_size=3), min_size=1, max_size=6
).filter(any)


@given(PLANTS, st.data())
def test_an_item_keeps_its_routings_wherever_it_is_taken(
    plant: list[list[str]], data: st.DataObject
) -> None:
    packed = library(plant, ages=list(range(len(plant))))
    assert [spelled(packed, row) for row in range(len(packed))] == plant
    rows = sorted(data.draw(st.sets(st.sampled_from(range(len(plant))), min_size=1)))
    taken = packed.take(np.array(rows))
    assert [spelled(taken, n) for n in range(len(taken))] == [plant[row] for row in rows]
    for n, row in enumerate(rows):
        sequences = [
            "".join(taken.job_codes(taken.jobs_of_sequence(s))) for s in taken.sequences_of(n)
        ]
        assert sequences == list(dict.fromkeys(plant[row]))
        if plant[row]:
            assert taken.arrays["age"][n] == row


@given(PLANTS)
def test_a_stored_library_is_the_library(plant: list[list[str]]) -> None:
    packed = library(plant)
    again = RoutingLibrary.from_state(packed.to_state())
    assert [spelled(again, row) for row in range(len(again))] == plant
    assert list(again.routing_numbers) == list(packed.routing_numbers)
    assert again.sequence_count == packed.sequence_count == len({r for item in plant for r in item})


def test_items_without_a_routing_are_there_but_not_routed() -> None:
    packed = library([["AB"], [], ["B"]])
    assert packed.routed.tolist() == [0, 2]
    assert list(packed.routings_of(1)) == []
    assert library([["AB"], [], ["B"]]).take(np.array([1, 2])).routed.tolist() == [1]


def test_equal_sequences_are_one_and_kept_apart_by_item() -> None:
    packed = library([["AB", "AB"], ["AB"], ["BA"]])
    assert packed.sequence_count == 2
    assert packed.sequences_of(0) == packed.sequences_of(1) != packed.sequences_of(2)


def test_what_the_erp_and_the_shop_say_is_shown_and_the_unknown_is_none() -> None:
    figures: dict[str, Any] = {
        "run": [2.0, np.nan], "log_run": [np.log(3.0), np.nan], "run_count": [4, 0],
        "resource": [1, -1], "outsourced": [False, True],
    }  # fmt: skip
    (routing,) = known_routings(library([["AB"]], **figures), 0)
    first, second = routing.operations
    assert routing.number == "R0"
    assert (first.sequence, first.job, first.job_name, first.resource) == (10, "A", "JOB A", "Y")
    assert (first.run_minutes, first.sample_count) == (2.0, 4)
    assert np.isclose(first.actual_run_minutes or 0, 3.0)
    assert second.outsourced
    assert (second.run_minutes, second.actual_run_minutes, second.resource) == (None, None, None)


@given(PLANTS, PLANTS, st.data())
def test_joined_libraries_hold_the_routings_of_both(
    plant: list[list[str]], newer: list[list[str]], data: st.DataObject
) -> None:
    plant = [*plant, ["ABCD"]]  # every operation is known
    mine, other = library(plant, run=1.0), library([["DCBA"], *newer], run=2.0)
    other = other.take(np.arange(1, len(newer) + 1))
    free = [row for row, routings in enumerate(plant) if not routings] + [
        len(plant) + n for n in range(len(newer))
    ]
    rows = np.array(data.draw(st.permutations(free))[: len(newer)])
    joined = mine.joined(other, rows)
    expected = dict(enumerate(plant)) | dict(zip(rows.tolist(), newer, strict=True))
    whole = joined.library
    assert len(whole) == max(expected) + 1
    for row in range(len(whole)):
        assert spelled(whole, row) == expected.get(row, [])
        sequences = [whole.jobs_of_sequence(s) for s in whole.sequences_of(row)]
        texts = ["".join(whole.job_codes(jobs)) for jobs in sequences]
        assert texts == list(dict.fromkeys(expected.get(row, [])))
    for sequence in range(mine.sequence_count):
        assert whole.jobs_of_sequence(sequence) == mine.jobs_of_sequence(sequence)
    runs = np.concatenate([part.arrays["operation_run"] for part in (mine, other)])
    np.testing.assert_array_equal(whole.arrays["operation_run"], runs[joined.operations])


def test_names_that_only_the_newer_library_has_are_added() -> None:
    mine = library([["AB"]], resource=[0, 1])
    other = library([["ab"]], resource=[2, 0])
    names = {**other.names, "resources": ("Q", "P", "Y"), "resource_names": ("q", "p", "y")}
    joined = mine.joined(RoutingLibrary(names, other.arrays, other.routing_numbers), np.array([1]))
    (routing,) = known_routings(joined.library, 1)
    assert [(o.job, o.resource) for o in routing.operations] == [("A", "Y"), ("B", "Q")]
    assert joined.library.names["resources"] == ("X", "Y", "Z", "Q")  # P is nobody's
    assert joined.library.names["resource_names"][-1] == "q"


def test_an_operation_that_is_not_known_cannot_join() -> None:
    with pytest.raises(ValueError, match="operation C"):
        library([["AB"]]).joined(library([["AC"]]), np.array([1]))
