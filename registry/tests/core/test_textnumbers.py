"""Sizes that stand in item names are found by the letters beside them and by their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.cleaning import clean_text
from registry.core.textnumbers import numbers_of


@pytest.mark.parametrize(
    "text",
    ["OD120 x ID98 x 15T", "od120*id98*15t", "OD 120 X ID 98 X 15 T", "OD:120/ID:98/15T"],
)
def test_letters_and_places_name_the_numbers_however_they_are_joined(text: str) -> None:
    found = numbers_of(clean_text(text) or "")
    assert (found["3#1"], found["3#2"], found["3#3"]) == (120.0, 98.0, 15.0)
    assert (found["OD>"], found["ID>"], found["<T"]) == (120.0, 98.0, 15.0)


def test_korean_words_name_numbers_too() -> None:
    found = numbers_of("외경120 내경98")
    assert (found["외경>"], found["내경>"]) == (120.0, 98.0)


@pytest.mark.parametrize(
    ("text", "key", "millimetres"),
    [
        ('OD3.5"', "OD>", 88.9),
        ('2"X1"', "2#1", 50.8),
        ("2X1 INCH", "2#1", 50.8),
        ("2X1MM", "2#1", 2),
    ],
)
def test_inches_in_a_text_are_given_in_millimetres(text: str, key: str, millimetres: float) -> None:
    assert numbers_of(text)[key] == pytest.approx(millimetres)


def test_the_first_of_two_numbers_with_the_same_letters_counts() -> None:
    assert numbers_of("OD10 OD20")["OD>"] == 10.0


@pytest.mark.parametrize("text", ["", "SEAL", "12", "1-2-3"])
def test_numbers_that_nothing_names_are_left_alone(text: str) -> None:
    assert numbers_of(text) == {}


def test_a_chain_of_more_than_four_has_no_places() -> None:
    assert not [key for key in numbers_of("1X2X3X4X5") if "#" in key]


@given(st.text(alphabet="0123456789.XOD \"'*/ØT", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert all(number >= 0 for number in numbers_of(text).values())
