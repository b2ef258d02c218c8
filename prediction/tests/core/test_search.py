"""Finding items while somebody types."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from prediction.core.search import CodeSearch, ValueSearch

SEARCH = CodeSearch(["KBM-200", "kbm-100", "233-KBM", "O-RING#1", "한글-1"])


def test_codes_that_begin_with_the_typed_text_come_first_whatever_their_case() -> None:
    assert SEARCH.find("kBm") == ["kbm-100", "KBM-200", "233-KBM"]


def test_a_part_in_the_middle_is_found_too() -> None:
    assert SEARCH.find("ring") == ["O-RING#1"]
    assert SEARCH.find(" 글-1 ") == ["한글-1"]


def test_no_more_than_the_limit_is_given() -> None:
    search = CodeSearch(f"A{number:04d}" for number in range(500))
    assert search.find("a", limit=3) == ["A0000", "A0001", "A0002"]


def test_nothing_typed_or_nothing_known_finds_nothing() -> None:
    assert SEARCH.find("   ") == []
    assert SEARCH.find("no such code") == []
    assert SEARCH.find("KBM-200\nkbm") == []
    assert CodeSearch([]).find("a") == []


@given(
    st.sets(st.text(alphabet="AB1-", min_size=1, max_size=6), max_size=30),
    st.text("AB1-", min_size=1),
)
def test_it_finds_what_looking_at_every_code_would_find(codes: set[str], typed: str) -> None:
    assert set(CodeSearch(codes).find(typed, limit=100)) == {c for c in codes if typed in c}


def test_names_are_found_in_any_case_with_the_items_that_have_them() -> None:
    names = ValueSearch(["Oil Seal", "O-RING  Large"], np.array([0, 1, -1, 1]))
    assert names.find("o-ring large") == [1, 3]
    assert names.find("seal") == [0]
    assert names.find("o", limit=2) == [0, 1]
    assert names.find(" ") == names.find("gasket") == []
