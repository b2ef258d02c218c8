"""Which columns a person is asked for when describing a new item."""

from __future__ import annotations

from prediction.core.describing import columns_shown, title_column
from registry.core.columns import Column, Kind
from registry.core.routing import Item

NAME = Column("ProductName", "NAME", Kind.TEXT)
GROUP = Column("Grp", "GROUP", Kind.TEXT)
SIZE = Column("Size", "SIZE", Kind.NUMBER)
RARE = Column("Rare", "RARE", Kind.TEXT)
SAMPLE = [
    Item(
        f"A{n}",
        {
            "NAME": f"part {n}",
            "GROUP": "AB"[n % 2],
            "SIZE": 10.0 * n,
            "RARE": "x" if n < 2 else None,
        },
    )
    for n in range(10)
]


def test_columns_that_most_items_fill_come_first() -> None:
    shown = {column.name: column for column in columns_shown([NAME, GROUP, SIZE, RARE], SAMPLE)}
    assert [name for name, column in shown.items() if column.usual] == ["NAME", "GROUP", "SIZE"]
    assert shown["NAME"].label == "ProductName"
    assert shown["SIZE"].is_number and not shown["GROUP"].is_number


def test_values_are_offered_where_they_repeat() -> None:
    shown = {column.name: column for column in columns_shown([NAME, GROUP, SIZE], SAMPLE)}
    assert set(shown["GROUP"].choices) == {"A", "B"}
    assert shown["NAME"].choices == ()
    assert shown["SIZE"].choices == ()


def test_a_unit_is_chosen_from_those_that_are_written_and_the_usual_ones() -> None:
    length = Column("Length", "LENGTH", Kind.NUMBER, unit_column="LENGTH_UNIT")
    unit = Column("Unit", "LENGTH_UNIT", Kind.TEXT)
    sample = [Item("A", {"LENGTH_UNIT": "cm"}), Item("B", {"LENGTH_UNIT": "furlong"})]
    (_, shown) = columns_shown([length, unit], sample)
    assert shown.is_unit and shown.choices == ("cm", "MM", "INCH")


def test_a_plant_without_items_is_asked_for_every_column() -> None:
    assert all(column.usual for column in columns_shown([NAME, RARE], []))


def test_blanks_do_not_count_as_filled() -> None:
    blank = [Item("A", {"GROUP": "  "}) for _ in range(5)]
    assert not columns_shown([GROUP], blank)[0].usual


def test_an_item_is_called_by_its_name_column() -> None:
    assert title_column([GROUP, Column("x", "ITEM_NM", Kind.TEXT)]) == "ITEM_NM"
    assert title_column([SIZE, GROUP]) == "GROUP"
    assert title_column([SIZE]) is None
