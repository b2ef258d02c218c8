"""One spelling, one unit, one kind of unknown, whatever the item master holds."""

from __future__ import annotations

import math
import unicodedata
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.cleaning import (
    Attribute,
    AttributeKind,
    CleanItems,
    clean_items,
    clean_text,
    code_key,
    parse_number,
)
from registry.core.items import RawItems
from registry.core.routing import Item

SIZE = Attribute("OD", AttributeKind.NUMBER, "UNIT", sentinels=(0.0, 9999.0))
LENGTH = Attribute("LENGTH", AttributeKind.NUMBER)
ATTRIBUTES = (Attribute("NAME"), Attribute("UNIT"), SIZE, LENGTH)


def wide(text: str) -> str:
    """Return a text in the full-width letters of a Korean keyboard."""
    return "".join(chr(ord(letter) + 0xFEE0) for letter in text)


def cleaned(*items: dict[str, Any]) -> CleanItems:
    """Clean items that are given by their attributes."""
    named = [Item(f"I{n}", attributes) for n, attributes in enumerate(items)]
    return clean_items(RawItems.from_items(named, [a.name for a in ATTRIBUTES]), ATTRIBUTES)


@pytest.mark.parametrize(
    "unit", ["inch", "INCH", "Inch", " inches ", "in", "IN.", '"', "″", "인치", wide("INCH")]
)
def test_inches_become_millimetres_however_they_are_written(unit: str) -> None:
    assert cleaned({"OD": 2, "UNIT": unit}).numbers["OD"][0] == pytest.approx(50.8)


@pytest.mark.parametrize("unit", ["mm", "MM", "", None, "NULL", "furlong"])
def test_a_known_millimetre_a_blank_and_an_unknown_unit_leave_the_figure(unit: str | None) -> None:
    assert cleaned({"OD": 2, "UNIT": unit}).numbers["OD"][0] == 2.0


def test_a_size_without_a_unit_column_is_never_converted() -> None:
    assert cleaned({"LENGTH": 3, "UNIT": "inch"}).numbers["LENGTH"][0] == 3.0


@pytest.mark.parametrize("value", [0, 0.0, "0", "0.0", 9999, "9,999", -12, "-5"])
def test_figures_that_mean_unknown_and_negative_sizes_are_unknown_and_counted(value: Any) -> None:
    items = cleaned({"OD": value})
    assert math.isnan(items.numbers["OD"][0])
    assert items.mended["OD: figure that means unknown"] == 1


def test_a_sentinel_in_inches_is_recognised_before_it_is_converted() -> None:
    assert math.isnan(cleaned({"OD": 9999, "UNIT": "inch"}).numbers["OD"][0])


def test_nought_stays_a_figure_where_no_sentinel_says_otherwise() -> None:
    assert cleaned({"LENGTH": 0}).numbers["LENGTH"][0] == 0.0


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (85, 85.0),
        (np.float32(2.5), 2.5),
        ("85.0 mm", 85.0),
        ("Ø 12.5", 12.5),
        ("1,250.5", 1250.5),
        ("1,250", 1250.0),
        ("1,250,000", 1250000.0),
        ("85,5", 85.5),
        ("85,5e2", 8550.0),
        ("Ø85,50 mm", 85.5),
        ("-0,125", -0.125),
        ("1250,125", 1250.125),
        ("10,20,30", 10.0),
        ('1 1/2"', 1.5),
        ("3/4", 0.75),
        ("1½", 1.5),
        ("⅝ INCH", 0.625),
        ("120/98", 120.0),
        ("12/31/2026", 12.0),
        ("1.5e2", 150.0),
        ("-3", -3.0),
        (wide("85.5"), 85.5),
        (".125", 0.125),
        ("-.5", -0.5),
        ("NO.5", 5.0),
    ],
)
def test_numbers_are_read_out_of_what_stands_there(value: object, expected: float) -> None:
    assert parse_number(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        *(None, "", "mm", math.nan, math.inf, -math.inf, "1e999", True, [], "nan"),
        pytest.param("9" * 400, id="400 digits"),
        pytest.param(10**400, id="a huge integer"),
    ],
)
def test_what_is_no_finite_number_is_unknown(value: object) -> None:
    assert math.isnan(parse_number(value))


@pytest.mark.parametrize(
    "value",
    [
        None,
        math.nan,
        math.inf,
        "",
        "   ",
        "-",
        "n/a",
        "N/A",
        "null",
        "None",
        "<NA>",
        "없음",
        "\u3000",
    ],
)
def test_every_way_to_say_nothing_is_missing(value: object) -> None:
    assert clean_text(value) is None


def test_case_width_and_spacing_make_no_difference() -> None:
    assert (
        clean_text("  o-Ring\t " + wide("seal") + "\n")
        == clean_text("O-RING SEAL")
        == "O-RING SEAL"
    )
    assert clean_text(10.0) == clean_text("10") == clean_text(10)


def test_korean_text_survives_and_its_two_unicode_forms_are_one() -> None:
    composed = "슬리브 가공"
    from_windows = composed.encode("cp949").decode("cp949")
    decomposed = unicodedata.normalize("NFD", composed)
    assert decomposed != composed
    assert clean_text(from_windows) == composed
    assert clean_text(decomposed) == composed


@pytest.mark.parametrize("variant", ["SUS316L", "SUS-316L", "SUS 316L", "SUS_316-L", "sus 316 l"])
def test_spelling_variants_of_a_code_share_one_key(variant: str) -> None:
    assert code_key(clean_text(variant) or "") == "SUS316L"


def test_codes_whose_separator_divides_digits_stay_two() -> None:
    assert code_key("1-15") != code_key("11-5")


def test_ten_thousand_characters_are_cleaned_and_cut() -> None:
    text = clean_text("Sleeve 12x5 " * 1000)
    assert text is not None
    assert text.startswith("SLEEVE 12X5 ")
    assert len(text) <= 2000


@given(st.text())
def test_cleaning_twice_changes_nothing(value: str) -> None:
    once = clean_text(value)
    assert once is None or clean_text(once) == once


def test_an_attribute_nobody_gave_is_missing() -> None:
    items = cleaned({}, {"NAME": "SEAL", "COLOUR": "RED"})
    assert items.texts["NAME"].at(0) is None
    assert items.texts["NAME"].at(1) == "SEAL"
    assert np.isnan(items.numbers["OD"]).all()
    assert set(items.texts) == {"NAME", "UNIT"}


def test_merged_spellings_and_blanks_are_counted() -> None:
    items = cleaned({"NAME": "seal"}, {"NAME": "SEAL "}, {"NAME": "N/A"}, {"NAME": None})
    assert items.texts["NAME"].codes.tolist() == [0, 0, -1, -1]
    assert items.mended["NAME: blank"] == 1
    assert items.mended["NAME: spellings merged"] >= 1


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-20, 20), st.floats(), st.sampled_from(["1", "SEAL", ""])
)


@given(VALUES, st.lists(VALUES, max_size=5))
def test_what_else_is_in_a_request_does_not_change_an_item(
    value: object, company: list[object]
) -> None:
    alone = cleaned({"NAME": value, "LENGTH": value})
    last = cleaned(*({"NAME": v, "LENGTH": v} for v in [*company, value]))
    assert last.texts["NAME"].at(len(company)) == alone.texts["NAME"].at(0)
    np.testing.assert_equal(last.numbers["LENGTH"][-1], alone.numbers["LENGTH"][0])


def test_an_attribute_survives_json() -> None:
    assert Attribute.from_json(SIZE.to_json()) == SIZE
