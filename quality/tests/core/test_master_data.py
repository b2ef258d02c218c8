"""The look at the master data: which items are wrong, and what to look at."""

from __future__ import annotations

import numpy as np

from quality.core import master_data
from registry.core.cleaning import CleanItems, Factor

NAN = float("nan")
SIZED = CleanItems(
    codes=["A", "B", "C", "D"],
    texts={
        "IN_UOM": Factor(("INCH", "MM"), np.array([1, 1, 1, -1])),
        "OUT_UOM": Factor(("MM", "INCH"), np.array([0, 1, 0, -1])),
    },
    numbers={"SIZE": np.array([10.0, 12.0, 10.0, NAN])},
)


def told(faults: list[master_data.Fault]) -> list[tuple[str, str]]:
    return [(str(SIZED.codes[one.row]), one.told(SIZED)) for one in faults]


def test_an_item_described_like_another_names_it() -> None:
    assert told(master_data._alike(SIZED)) == [("C", "A")]


def test_an_item_with_sizes_in_two_units_names_them() -> None:
    assert told(master_data._conflicts(SIZED, ["IN_UOM", "OUT_UOM"])) == [("B", "INCH, MM")]
    assert master_data._conflicts(SIZED, []) == []


def test_a_size_out_of_range_names_its_column_and_value() -> None:
    sizes = np.array([10.0, 12.0, 2500.0, -1.0])
    assert told(master_data._outliers("SIZE", sizes)) == [("C", "SIZE 2500"), ("D", "SIZE -1")]
    assert master_data._outliers("SIZE", np.full(4, NAN)) == []
