"""What the rules of thumb propose: the commonest of the group, and the plainly nearest items'."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy import sparse

from registry.core.cleaning import Attribute, CleanItems, Factor, clean_items
from registry.core.habits import GroupHabit, PlainHabit
from registry.core.items import RawItems
from registry.core.library import RoutingLibrary
from registry.core.routing import Item
from registry.core.state import State
from registry.tests.core.libraries import library

PLANT = [["AB"], ["AB"], ["AB"], ["BA"], ["BA"], ["BA"], ["AC"], []]
KINDS = ["seal", "SEAL", "seal", "bush", "bush", "bush", "bush", "seal"]
COLOURS = ["red", "blue", "red", "red", "blue", "red", "blue", "red"]


@pytest.fixture
def plant() -> RoutingLibrary:
    """Three seals made one way and four bushes, one of them made differently."""
    return library(PLANT)


@pytest.fixture
def items() -> CleanItems:
    """The kinds and colours of the plant's items."""
    rows = [
        Item(str(n), {"COLOUR": c, "KIND": k})
        for n, (c, k) in enumerate(zip(COLOURS, KINDS, strict=True))
    ]
    names = ("COLOUR", "KIND")
    return clean_items(RawItems.from_items(rows, names), [Attribute(name) for name in names])


def test_the_column_that_tells_most_is_found(plant: RoutingLibrary, items: CleanItems) -> None:
    habit = GroupHabit.fit(items, plant)
    assert habit.column == "KIND"
    shares = habit.vote("BUSH")
    assert max(shares, key=lambda s: shares[s]) == plant.sequences_of(3)[0]
    assert shares[plant.sequences_of(3)[0]] == pytest.approx(3 / 5)


def test_an_unknown_group_is_answered_by_the_whole_plant(
    plant: RoutingLibrary, items: CleanItems
) -> None:
    habit = GroupHabit.fit(items, plant)
    assert habit.vote("GEAR") == habit.vote(None)
    assert len(habit.vote(None)) == 3


def test_an_item_is_not_counted_in_its_own_group(plant: RoutingLibrary, items: CleanItems) -> None:
    habit, odd = GroupHabit.fit(items, plant), plant.sequences_of(6)
    assert odd[0] in habit.vote("BUSH")
    assert odd[0] not in habit.vote("BUSH", odd)


def test_a_column_in_which_every_item_differs_tells_nothing(plant: RoutingLibrary) -> None:
    rows = [Item(str(n), {"NAME": f"N{n}"}) for n in range(len(PLANT))]
    names = clean_items(RawItems.from_items(rows, ["NAME"]), [Attribute("NAME")])
    assert GroupHabit.fit(names, plant).column == ""


def test_the_plainly_nearest_items_vote_and_the_asked_one_does_not(plant: RoutingLibrary) -> None:
    features = sparse.csr_matrix(np.eye(7, dtype=np.float32) + 0.1)
    habit = PlainHabit.fit(features, plant.routed)
    as_new, as_known = habit.vote(features[[6, 6]], plant, [None, 6])
    odd = plant.sequences_of(6)[0]
    assert max(as_new, key=lambda s: as_new[s]) == odd
    assert odd not in as_known
    assert sum(as_known.values()) == pytest.approx(1.0)


def test_stored_habits_are_the_habits(plant: RoutingLibrary, items: CleanItems) -> None:
    group = GroupHabit.fit(items, plant)
    stored = State(meta=json.loads(json.dumps(group.to_state().meta)))
    assert GroupHabit.from_state(stored) == group
    features = sparse.csr_matrix(np.random.default_rng(0).random((7, 5), dtype=np.float32))
    plain = PlainHabit.fit(features, plant.routed)
    again = PlainHabit.from_state(plain.to_state())
    assert again.vote(features, plant, [None] * 7) == plain.vote(features, plant, [None] * 7)


def test_items_added_later_count_like_those_there_from_the_start(
    plant: RoutingLibrary, items: CleanItems
) -> None:
    habit, rows = GroupHabit.fit(items, plant), plant.routed
    nobody = GroupHabit(habit.column, {"": []})
    again = nobody.with_items(_taken(items, rows), plant, rows)
    assert again == habit
    assert habit.with_items(_taken(items, rows[:1]), plant, rows[:1]).vote("seal") != habit.vote(
        "seal"
    )


def _taken(items: CleanItems, rows: np.ndarray) -> CleanItems:
    texts = {name: Factor(f.values, f.codes[rows]) for name, f in items.texts.items()}
    return CleanItems([items.codes[row] for row in rows.tolist()], texts, {})


def test_plainly_near_items_vote_also_when_they_came_later(plant: RoutingLibrary) -> None:
    rows = plant.routed
    features = sparse.csr_matrix(np.eye(len(rows), dtype=np.float32))
    later = PlainHabit.fit(features[:4], rows[:4]).with_items(features[4:], rows[4:])
    whole = PlainHabit.fit(features, rows)
    own = [None] * len(rows)
    assert later.vote(features, plant, own) == whole.vote(features, plant, own)
    silent = PlainHabit(features[:0], rows[:0])
    assert silent.with_items(features, rows) is silent
