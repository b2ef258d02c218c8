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
        ('OD 3 1/2"', "OD>", 88.9),
        ("OD 3½″", "OD>", 88.9),
        ('PIPE 3/4" SCH80', "PIPE>", 19.05),
        ("SHAFT 2.5 IN.", "SHAFT>", 63.5),
        ("외경 2인치", "외경>", 50.8),
        ('1 1/2"X3/4"X5"', "3#2", 19.05),
        ("2 INCH X 1 INCH", "2#2", 25.4),
        ('2"X50MM', "2#2", 50),
        ('2"X50MM', "2#1", 50.8),
        ('120/98"', "2#2", 98 * 25.4),
    ],
)
def test_inches_in_a_text_are_given_in_millimetres(text: str, key: str, millimetres: float) -> None:
    assert numbers_of(clean_text(text) or "")[key] == pytest.approx(millimetres)


@pytest.mark.parametrize(
    ("text", "key", "number"),
    [
        ("OD85,5 x ID60,25 x 15T", "3#1", 85.5),
        ("OD85,5 x ID60,25 x 15T", "ID>", 60.25),
        ("SLEEVE OD 0,125", "OD>", 0.125),
        ("SHAFT L1,250", "L>", 1250.0),
        ("L=12,500.5MM", "L>", 12500.5),
        ("M6,M8 TAP", "M>", 6.0),
        ("HOLES AT 10,20,30MM", "<MM", 30.0),
        ("5 IN ONE KIT", "<IN", 5.0),
        ("W/TAP 1/2", "TAP>", 1.0),
    ],
)
def test_commas_are_decimal_unless_they_part_thousands_or_a_list(
    text: str, key: str, number: float
) -> None:
    assert numbers_of(clean_text(text) or "")[key] == number


def test_the_first_of_two_numbers_with_the_same_letters_counts() -> None:
    assert numbers_of("OD10 OD20")["OD>"] == 10.0


@pytest.mark.parametrize("text", ["", "SEAL", "12", "1-2-3"])
def test_numbers_that_nothing_names_are_left_alone(text: str) -> None:
    assert numbers_of(text) == {}


def test_a_chain_of_more_than_four_has_no_places() -> None:
    assert not [key for key in numbers_of("1X2X3X4X5") if "#" in key]


@given(st.text(alphabet="0123456789.,XOD \"'*/ØTIN½", max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    assert all(number >= 0 for number in numbers_of(text).values())
