"""Reading only what has come into an ERP since."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from registry.core.erp import ResilientReader, Rows
from registry.core.erp_urls import open_reader
from registry.core.progress import Silent
from registry.core.reading import new_codes, read_items
from registry.tests.core import plants


def grown_plant(folder: Path) -> ResilientReader:
    """Return a reader of the seal plant with careless codes and one more routed item."""
    db = sqlite3.connect(folder / "erp.sqlite3")
    codes = ["00123", " 00124 ", "00125", None, "  ", "00126"]
    items = pd.DataFrame({"ITEM_CD": codes, "ITEM_NM": "RING"})
    items.to_sql("BI_ITEM_INFO_VIEW", db, index=False)
    routed = plants.routings(ITEM_CD=["00123", " 00124 "])
    for name, frame in (("routings", routed), ("results", plants.results())):
        frame.to_sql(plants.columns().table(name).view, db, index=False)  # type: ignore[arg-type]  # one of the three tables
    db.close()
    return open_reader("sqlite:///erp.sqlite3", base=folder)


def test_codes_not_known_are_told_with_the_ways_the_erp_spells_them(tmp_path: Path) -> None:
    with grown_plant(tmp_path) as reader:
        found = new_codes(
            columns=plants.columns(), reader=reader, known={"00123"}, progress=Silent()
        )
    assert set(found) == {"00124", "00125", "00126"}
    assert set(found["00124"]) == {"00124", " 00124 "}


def test_of_asked_items_those_with_a_routing_are_read_in_full(tmp_path: Path) -> None:
    asked = {"00124": ("00124", " 00124 "), "00125": ("00125",)}
    with grown_plant(tmp_path) as reader:
        tables, report = read_items(
            columns=plants.columns(), reader=reader, spellings=asked, progress=Silent()
        )
    assert tables.routings["ITEM_CD"].tolist() == ["00124"]
    assert tables.items["ITEM_CD"].tolist() == ["00124"]
    assert tables.results.empty
    assert (report["routings"].rows, report["results"].rows) == (1, 0)


def test_asked_items_without_any_routing_are_not_read_further(tmp_path: Path) -> None:
    with grown_plant(tmp_path) as reader:
        tables, _ = read_items(
            columns=plants.columns(),
            reader=reader,
            spellings={"00126": ("00126",)},
            progress=Silent(),
        )
    assert tables.routings.empty
    assert tables.items.empty


class Careless:
    """An ERP that gives also what differs from the asked values in case alone."""

    label = "an ERP whose collation ignores case"
    found_at_once = 500

    def __init__(self) -> None:
        made = {"items": plants.items(), "routings": plants.routings(), "results": plants.results()}
        self.frames = {
            table.view: made[name].assign(ITEM_CD=["ab1", "AB1"])
            for name, table in plants.columns()
        }

    def columns(self, view: str) -> list[str]:
        return [str(name) for name in self.frames[view]]

    def count(self, view: str) -> int:
        return len(self.frames[view])

    def rows(self, view: str, columns: Sequence[str], chunk_rows: int) -> Iterator[Rows]:
        yield self.matching(view, columns, "ITEM_CD", ["ab1"])

    def matching(self, view: str, columns: Sequence[str], key: str, values: Sequence[str]) -> Rows:
        frame = self.frames[view]
        found = frame[frame[key].str.casefold().isin([value.casefold() for value in values])]
        return [tuple(row) for row in found[list(columns)].itertuples(index=False)]

    def close(self) -> None:
        """Nothing to let go of."""


def test_an_item_that_differs_in_case_alone_is_not_taken_for_the_asked_one() -> None:
    tables, _ = read_items(
        columns=plants.columns(),
        reader=ResilientReader(Careless()),
        spellings={"AB1": ("AB1",)},
        progress=Silent(),
    )
    assert tables.items["ITEM_CD"].tolist() == ["AB1"]
    assert tables.routings["ITEM_CD"].tolist() == ["AB1"]
    assert set(tables.results["ITEM_CD"]) == {"AB1"}
