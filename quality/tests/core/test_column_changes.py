"""A column that is no longer filled and a value that is new are named; what is usual is no news."""

from __future__ import annotations

from quality.core import column_changes
from registry.core.model import RoutingModel


def column(now: list[str], before: list[str]) -> list[str]:
    change = column_changes.change_of("MATERIAL", now, before)
    return [f"{s.rule} {s.subject}" for s in column_changes.signals_of([change], len(now))]


def test_a_new_material_and_an_empty_column_are_named() -> None:
    before = ["SUS", "BRASS", "SUS", "PEEK"] * 50
    assert column(before[:40], before) == []
    assert column([*before[:36], *["TITAN"] * 4], before) == ["new_value MATERIAL=TITAN"]
    assert column([*before[:10], *[""] * 30], before) == ["missing MATERIAL"]


def test_one_misspelt_value_and_a_few_blanks_are_no_news() -> None:
    before = ["SUS", "BRASS", "SUS", "PEEK"] * 50
    assert column([*before[:36], "SUSS", "BRAS", "", ""], before) == []


def test_a_drawing_number_is_always_new_and_never_news() -> None:
    assert column([f"D{n}" for n in range(40)], [f"C{n}" for n in range(200)]) == []


def test_a_shift_of_shares_has_its_distances_and_a_limit() -> None:
    before, now = ["SUS", "BRASS"] * 100, ["SUS"] * 95 + ["BRASS"] * 5
    change = column_changes.change_of("MATERIAL", now, before)
    assert change.psi is not None and change.jensen_shannon is not None
    assert change.limit is not None and change.psi > change.limit
    assert column(now, before) == [], "bursts of orders move shares: shown, not raised"


def test_a_value_that_no_item_has_is_named_among_many_that_only_older_items_have(
    tiny_model: RoutingModel,
) -> None:
    column = "ITEM_MATERIAL"
    known = sorted(column_changes.known_values(tiny_model, column) - {""})
    assert len(known) > 6
    before = {column: known[:1] * 100}
    now = {column: [*(known[1:] * 5), *(["UNOBTAINIUM"] * 4)]}
    (change,) = column_changes.changes(tiny_model, now, before)
    assert change.new_values == {"UNOBTAINIUM": 4}
