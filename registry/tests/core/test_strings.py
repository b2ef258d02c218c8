"""Texts kept as arrays come back as they were, and a code is found where it stands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.strings import CodeBook, StringTable

ANY = st.text(alphabet=st.characters(), max_size=8)  # lone surrogates and nulls too


@given(st.lists(ANY))
def test_strings_come_back_as_they_were(texts: list[str]) -> None:
    table = StringTable.of(texts)
    assert list(table) == texts
    assert [table[i] for i in range(len(table))] == texts
    assert table[:] == texts


@given(st.lists(ANY, min_size=1), st.data())
def test_taken_strings_keep_the_order_asked_for(texts: list[str], data: st.DataObject) -> None:
    rows = data.draw(st.lists(st.integers(0, len(texts) - 1)))
    assert list(StringTable.of(texts).take(np.array(rows, int))) == [texts[row] for row in rows]


def test_a_place_beyond_the_end_is_refused() -> None:
    table = StringTable.of(["a", "b"])
    assert table[-1] == "b"
    for place in (2, -3):
        with pytest.raises(IndexError):
            table[place]


@given(st.lists(ANY, unique=True), ANY)
def test_a_code_is_found_at_its_row_and_a_stranger_nowhere(codes: list[str], other: str) -> None:
    book = CodeBook.of(codes)
    assert [book.row(code) for code in codes] == list(range(len(codes)))
    assert (book.row(other) is None) == (other not in codes)
