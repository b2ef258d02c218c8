"""What somebody asks for, before the model sees it."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from prediction.core.asking import (
    again,
    described,
    items_of,
    named,
    plain,
    storable,
)
from registry.core.columns import Column, Kind, TableMap
from registry.core.items import items_of_frame
from registry.core.routing import Item

COLUMNS = TableMap(
    view="ITEMS",
    file="items",
    columns=(
        Column("ProductNumber", "ITEM_CD", Kind.KEY),
        Column("Colour", "COLOUR", Kind.TEXT),
        Column("Size", "SIZE_MM", Kind.NUMBER),
    ),
)
KNOWN = {"A-1": Item("A-1", {"COLOUR": "red"})}


def test_a_record_may_use_the_erp_s_names_or_the_product_s_in_any_case() -> None:
    items, ignored = items_of(
        [
            {"ProductNumber": "B-1", "colour": "red", "Weight": 3},
            {"item_cd": "B-2", "SIZE_MM ": 5, "Weight": 4},
        ],
        COLUMNS,
    )
    assert items == [Item("B-1", {"COLOUR": "red"}), Item("B-2", {"SIZE_MM": 5})]
    assert ignored == ["Weight"]


@pytest.mark.parametrize(
    ("told", "code"), [("A", "A"), (1001, "1001"), (1001.0, "1001"), (None, "NEW-2"), ("", "NEW-2")]
)
def test_an_item_code_becomes_text_and_a_missing_one_a_name_by_its_place(
    told: object, code: str
) -> None:
    items, _ = items_of([{"COLOUR": "red"}, {"ITEM_CD": told}], COLUMNS)
    assert [item.code for item in items] == ["NEW-1", code]


def test_codes_are_looked_up_and_each_unknown_one_has_its_reason() -> None:
    first, second, blank = named([" A-1 ", "B\x00-9", " "], KNOWN.get)
    assert first.item == KNOWN["A-1"] and first.error is None
    assert second.item is None and second.error is not None
    assert second.error.code == "unknown_item" and "\x00" not in second.code
    assert blank.error is not None and blank.error.code == "no_item_code"


def test_an_endless_code_is_cut_where_it_is_shown() -> None:
    (asked,) = named(["A" * 100_000], KNOWN.get)
    assert asked.error is not None
    assert len(asked.error.message) < 400


@pytest.mark.parametrize(
    ("item", "code"),
    [
        (Item(" ", {"COLOUR": "red"}), "no_item_code"),
        (Item("A" * 201, {}), "item_code_too_long"),
        (Item("A", {"COLOUR": "x" * 101}), "text_too_long"),
    ],
)
def test_an_item_that_cannot_be_asked_says_why(item: Item, code: str) -> None:
    (asked,) = described([item], longest_text=100)
    assert asked.item is None and asked.error is not None
    assert asked.error.code == code


def test_text_and_numbers_are_made_storable_without_touching_the_rest() -> None:
    (asked,) = described([Item("A", {"a": "x\x00\ud800", "b": 10**30, "c": 5, "d": None})], 100)
    assert asked.item is not None
    assert asked.item.attributes == {"a": "x��", "b": math.inf, "c": 5, "d": None}


def test_json_gets_no_value_that_it_cannot_hold() -> None:
    given = [1, 1.5, math.nan, math.inf, True, None, "a\x00", pd.Timestamp("2026-11-21")]
    assert [plain(value) for value in given] == [
        1, 1.5, None, None, True, None, "a�", "2026-11-21 00:00:00",
    ]  # fmt: skip
    assert storable("글랜드") == "글랜드"


def test_a_row_of_a_table_becomes_an_item_with_what_is_filled() -> None:
    frame = pd.DataFrame({"ITEM_CD": ["A", "B"], "COLOUR": ["red", None], "SIZE_MM": [1.5, None]})
    assert items_of_frame(frame) == [Item("A", {"COLOUR": "red", "SIZE_MM": 1.5}), Item("B", {})]


def test_a_stored_question_is_taken_up_as_it_was_asked() -> None:
    told = again({"ITEM_CD": "B-1", "attributes": {"COLOUR": "red"}}, KNOWN.get)
    assert told.item == Item("B-1", {"COLOUR": "red"})
    assert again({"ITEM_CD": "A-1", "attributes": None}, KNOWN.get).item == KNOWN["A-1"]
    assert again({"ITEM_CD": "B-1", "attributes": None}, KNOWN.get).error is not None
