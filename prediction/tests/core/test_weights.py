"""Weight profiles: named ones from the plant's own columns, own ones within bounds."""

from __future__ import annotations

import pytest

from prediction.core.weights import Group, Named, group_of, of_groups, of_profile
from registry.core.columns import Column, Kind
from registry.core.errors import BadInput

COLUMNS = (
    Column("Outer", "OUTDIAMETER", Kind.NUMBER),
    Column("Stuff", "ITEM_MATERIAL", Kind.TEXT),
    Column("Type", "PART_TYPE", Kind.TEXT),
)


def test_numbers_are_geometry_and_names_tell_material() -> None:
    assert [group_of(column) for column in COLUMNS] == [
        Group.GEOMETRY, Group.MATERIAL, Group.OTHER,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "first"),
    [(Named.GEOMETRY_FIRST, "OUTDIAMETER"), (Named.MATERIAL_FIRST, "ITEM_MATERIAL")],
)
def test_a_named_profile_raises_one_group_and_lowers_the_others(name: str, first: str) -> None:
    factors = of_profile(name, COLUMNS)
    assert factors == {column.name: 2.0 if column.name == first else 0.5 for column in COLUMNS}


def test_own_factors_take_attributes_by_either_name_and_groups() -> None:
    told = of_profile({"outer": 3, "material": 0, "PART_TYPE": 1}, COLUMNS)
    assert told == {"OUTDIAMETER": 3.0, "ITEM_MATERIAL": 0.0}


def test_factors_of_one_change_nothing() -> None:
    assert of_groups(dict.fromkeys(Group, 1.0), COLUMNS) == {}


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ("colour_first", "colour_first is not known"),
        ({"COLOUR": 1}, "COLOUR is no attribute"),
        ({"PART_TYPE": 6}, "factor from 0 to 5"),
        ({"PART_TYPE": float("nan")}, "factor from 0 to 5"),
        ({"PART_TYPE": "much"}, "factor from 0 to 5"),
        ({"PART_TYPE": True}, "factor from 0 to 5"),
    ],
)
def test_what_is_no_profile_is_refused_in_words(told: object, complaint: str) -> None:
    with pytest.raises(BadInput, match=complaint):
        of_profile(told, COLUMNS)
