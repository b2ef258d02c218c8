"""The item store gives back what the ERP held, from a table, a request, or a version on disk."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from registry.core.cleaning import Attribute, AttributeKind, clean_items
from registry.core.items import RawItems
from registry.core.routing import Item

VALUES = st.one_of(st.none(), st.text(max_size=6), st.floats(), st.integers(-(10**9), 10**9))
ROWS = st.lists(st.tuples(VALUES, VALUES), max_size=6)
LOOKED_AT = (Attribute("A"), Attribute("B", AttributeKind.NUMBER))


def items_of(rows: list[tuple[object, object]]) -> list[Item]:
    """Name the rows' two attributes."""
    return [Item(f"I{n}", {"A": a, "B": b}) for n, (a, b) in enumerate(rows)]


def test_an_item_shows_its_attributes_and_leaves_out_the_missing() -> None:
    table = pd.DataFrame({"ITEM_CD": ["1", "2"], "NAME": ["seal", None], "OD": [85.0, np.nan]})
    raw = RawItems.from_frame(table, ["NAME", "OD", "COLOUR"])
    assert raw.item(0) == Item("1", {"NAME": "seal", "OD": "85"})
    assert raw.item(1) == Item("2", {})
    assert RawItems.from_state(raw.to_state()).item(0) == raw.item(0)
    assert raw.book.row("2") == 1
    assert raw.book.row("3") is None


@given(ROWS, st.data())
def test_taken_items_are_the_items_themselves(
    rows: list[tuple[object, object]], data: st.DataObject
) -> None:
    raw = RawItems.from_items(items_of(rows), ["A", "B"])
    chosen = data.draw(st.lists(st.sampled_from(range(len(rows))), unique=True)) if rows else []
    taken = raw.take(np.array(sorted(chosen), dtype=np.int64))
    assert [taken.item(n) for n in range(len(taken))] == [raw.item(row) for row in sorted(chosen)]
    assert all(set(c.codes.tolist()) >= set(range(len(c.values))) for c in taken.columns.values())


@given(ROWS)
def test_a_stored_item_is_cleaned_as_it_was_before(rows: list[tuple[object, object]]) -> None:
    finite = [tuple(None if v in (np.inf, -np.inf) else v for v in row) for row in rows]
    raw = RawItems.from_items(items_of([(a, b) for a, b in finite]), ["A", "B"])
    stored = RawItems.from_state(raw.to_state())
    assert list(stored.codes) == list(raw.codes)
    before, after = clean_items(raw, LOOKED_AT), clean_items(stored, LOOKED_AT)
    for row in range(len(raw)):
        assert after.texts["A"].at(row) == before.texts["A"].at(row)
    np.testing.assert_array_equal(after.numbers["B"], before.numbers["B"])


def test_numbers_of_any_library_are_told_apart_from_yes_and_no() -> None:
    odd = [np.float64(85.0), np.int64(85), 85, "85", True, 1]
    raw = RawItems.from_items([Item(str(n), {"A": value}) for n, value in enumerate(odd)], ["A"])
    texts = clean_items(raw, LOOKED_AT[:1]).texts["A"]
    assert [texts.at(row) for row in range(6)] == ["85", "85", "85", "85", "TRUE", "1"]
