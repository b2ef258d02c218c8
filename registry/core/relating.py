"""What only shows when the three tables are seen together.

A key that stands twice, a routing that has lost a row and would look like another routing, rows
that refer to no item: each is set aside with its reason.  Standard times of a whole order are
divided by the quantity that the item's orders usually have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from registry.core import casting, rejected
from registry.core.mapping import Basis, ColumnMap, Mapped, TableName
from registry.core.tables import ROUTING_KEY, Tables

if TYPE_CHECKING:
    from collections.abc import Mapping

KEYS: Mapping[TableName, tuple[str, ...]] = {"items": ("ITEM_CD",), "routings": ROUTING_KEY}
"""Canonical columns whose values may stand once only; a work result has no such key."""

TWICE = "the key is there already: the first row is kept"
INCOMPLETE = "another row of this routing was set aside"
NO_ITEM = "refers to no item"


def relate(
    columns: ColumnMap, mapped: Mapping[TableName, Mapped]
) -> tuple[Tables, dict[TableName, pd.DataFrame]]:
    """Return the tables that belong together and, for each table, every row set aside.

    Args:
        columns: the profile that the tables were mapped with.
        mapped: the three tables after ``ColumnMap.apply``.
    """
    items, items_aside = once(mapped["items"].frame, KEYS["items"])
    routings, twice = once(mapped["routings"].frame, KEYS["routings"])
    broken = broken_routings(columns, mapped["routings"].aside)
    routings, incomplete = without_broken(routings, broken)
    routings, unknown = _of_items(routings, items)
    results, results_aside = _of_items(mapped["results"].frame, items)
    run = columns.routings.named("RUN_MINUTES")
    if run is not None and run.basis is Basis.ORDER:
        routings = _per_piece(routings, results)
    aside: dict[TableName, pd.DataFrame] = {
        "items": rejected.joined([mapped["items"].rejected, items_aside]),
        "routings": rejected.joined([mapped["routings"].rejected, twice, incomplete, unknown]),
        "results": rejected.joined([mapped["results"].rejected, results_aside]),
    }
    fresh = [frame.reset_index(drop=True) for frame in (items, routings, results)]
    return Tables(*fresh), aside


def once(frame: pd.DataFrame, key: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Keep the first row of each key; the others are set aside."""
    again = frame.duplicated(list(key)).to_numpy()
    if not again.any():
        return frame, rejected.none()
    words = frame.loc[again, list(key)].astype(str).agg(" ".join, axis=1)
    return frame[~again], rejected.rows(
        frame.index[again], column=" ".join(key), values=words, reason=TWICE
    )


def broken_routings(columns: ColumnMap, aside: pd.DataFrame) -> pd.MultiIndex:
    """Return item and number of the routings that lost a row, from the cells of those rows."""
    if aside.empty:
        return pd.MultiIndex.from_arrays([[], []])
    names = columns.routings.sources_of(ROUTING_KEY[:2])
    item, routing = (casting.codes(aside[name]).values for name in names)
    known = item.notna() & routing.notna()
    return pd.MultiIndex.from_arrays([item[known], routing[known]]).unique()


def without_broken(
    frame: pd.DataFrame, broken: pd.MultiIndex, key: tuple[str, str] = ROUTING_KEY[:2]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set aside what is left of routings that lost a row: they would teach a wrong sequence."""
    if not len(broken):
        return frame, rejected.none()
    lost = pd.MultiIndex.from_frame(frame[list(key)]).isin(broken)
    words = frame.loc[lost, list(key)].astype(str).agg(" ".join, axis=1)
    return frame[~lost], rejected.rows(
        frame.index[lost], column=" ".join(key), values=words, reason=INCOMPLETE
    )


def _of_items(frame: pd.DataFrame, items: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Set aside rows that refer to no item."""
    strange = ~frame["ITEM_CD"].isin(items["ITEM_CD"]).to_numpy()
    if not strange.any():
        return frame, rejected.none()
    return frame[~strange], rejected.rows(
        frame.index[strange],
        column="ITEM_CD",
        values=frame.loc[strange, "ITEM_CD"],
        reason=NO_ITEM,
    )


def _per_piece(routings: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    """Divide run times of an order by the item's median order quantity; unknown without one."""
    orders = results.loc[results["ORDER_QTY"] > 0].groupby("ITEM_CD")["ORDER_QTY"].median()
    quantity = routings["ITEM_CD"].map(orders).astype(np.float64)
    return routings.assign(RUN_MINUTES=routings["RUN_MINUTES"] / quantity)
