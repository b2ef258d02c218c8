"""Applies a mapping profile: a plant's own table becomes one of ``registry.core.tables``.

Nothing is dropped in silence: each rejected row has its number, column and reason, each mended cell
is counted.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from registry.core import casting, declarations, rejected
from registry.core.columns import Basis, Kind
from registry.core.mapping import Mapped, check_header

if TYPE_CHECKING:
    from collections.abc import Mapping

    from registry.core.columns import Column, TableMap, TableName
    from registry.core.mapping import ColumnMap, Header


def read(columns: ColumnMap, table: TableName, frame: pd.DataFrame) -> Mapped:
    """Type the mapped source columns of a frame (see ``ColumnMap.read``)."""
    found = [str(name) for name in frame.columns]
    header = columns.header(table, found)
    check_header(table, header, found)
    raw = pd.DataFrame({source: frame[name] for source, name in header.pairs.items()})
    reading = _Reading(table)
    for column in columns.table(table):
        for source in column.sources:
            if source in header.pairs:
                reading.add(column, source, raw[source])
    return reading.finish(raw, header)


def apply(columns: ColumnMap, table: TableName, frame: pd.DataFrame) -> Mapped:
    """Map a frame to canonical names, types and units (see ``ColumnMap.apply``)."""
    typed = read(columns, table, frame)
    mapped = columns.table(table)
    if table == "items":
        named = {c.source: c.name for c in mapped if c.source in typed.frame.columns}
        result = typed.frame[list(named)].rename(columns=named)
    else:
        result = _canonical(declarations.SCHEMAS[table], mapped, typed)
    return replace(typed, frame=result)


class _Reading:
    """Collects typed columns and the rows they reject."""

    def __init__(self, table: TableName) -> None:
        self.table = table
        self.cells: dict[str, pd.Series] = {}
        self.rejected: list[pd.DataFrame] = []
        self.mended: Counter[str] = Counter()

    def add(self, column: Column, source: str, raw: pd.Series) -> None:
        """Type one source column."""
        if source in self.cells:
            return
        own = source == column.source
        cast = _cast(self.table, column, raw) if own else casting.pieces(raw)
        flag = own and column.kind is Kind.FLAG
        self.cells[source] = casting.codes(raw).values if flag else cast.values
        self.mended.update({f"{source}: {what}": count for what, count in cast.mended.items()})
        if cast.bad.any():
            bad = raw[cast.bad]
            reason = _expected(column) if own else "not a number"
            self.rejected.append(rejected.rows(bad.index, column=source, values=bad, reason=reason))
        if own and column.kind is Kind.KEY:
            blank = raw.index[cast.values.isna().to_numpy() & ~cast.bad]
            self.rejected.append(
                rejected.rows(blank, column=source, reason="blank, but part of the key")
            )

    def finish(self, raw: pd.DataFrame, header: Header) -> Mapped:
        """Return the rows that every column could read."""
        reasons = rejected.joined(self.rejected)
        frame = pd.DataFrame(self.cells, index=raw.index)
        aside = raw.loc[reasons["row"]]
        if len(reasons):
            frame = frame.drop(index=aside.index)
        return Mapped(frame, reasons, aside, header.missing, header.ignored, self.mended)


def _cast(table: TableName, column: Column, raw: pd.Series) -> casting.Cast:
    """Read a column's cells as its declaration says."""
    items = table == "items"
    if not items and column.name == "PROC_SEQ":
        return casting.whole_numbers(raw)
    match column.kind:
        case Kind.NUMBER:
            return casting.numbers(raw, attribute=items)
        case Kind.DATE:
            return casting.dates(raw)
        case Kind.FLAG:
            return casting.flags(raw, yes=column.yes, no=column.no)
        case Kind.TEXT if items:
            return casting.texts(raw)
        case _:
            return casting.codes(raw)


def _expected(column: Column) -> str:
    """Return why a cell of this column is refused."""
    if column.kind is Kind.FLAG:
        return f"neither yes ({', '.join(column.yes)}) nor no ({', '.join(column.no)})"
    return {Kind.KEY: "not a whole number", Kind.DATE: "not a date"}.get(
        column.kind, "not a number"
    )


def _canonical(schema: Mapping[str, str], table: TableMap, read: Mapped) -> pd.DataFrame:
    """Return typed rows under canonical names, times in minutes, unmapped columns empty."""
    rows = read.frame
    made: dict[str, pd.Series] = {}
    for name, kind in schema.items():
        column = table.named(name)
        if column is None or column.source not in rows.columns:
            made[name] = _absent(kind, rows.index)
        elif kind == "int":
            made[name] = rows[column.source].astype("int64")
        elif kind == "bool":
            words = rows[column.source]
            made[name] = casting.flags(words, yes=column.yes, no=column.no).values
        else:
            made[name] = (
                rows[column.source] * column.minutes if column.unit else rows[column.source]
            )
    run = table.named("RUN_MINUTES")
    if run is not None and run.per in rows.columns:
        made["RUN_MINUTES"] = made["RUN_MINUTES"] / rows[run.per]
    elif run is not None and run.basis is Basis.ORDER and "ORDER_QTY" in schema:
        none = made["ORDER_QTY"] == 0
        if none.any():
            read.mended["ORDER_QTY: zero, time a piece unknown"] += int(none.sum())
        made["RUN_MINUTES"] = made["RUN_MINUTES"] / made["ORDER_QTY"].mask(none)
    return pd.DataFrame(made, index=rows.index)


def _absent(kind: str, index: pd.Index) -> pd.Series:
    """Return an empty column of a canonical type; a routing says in-house unless told otherwise."""
    match kind:
        case "bool":
            return pd.Series(np.False_, index=index)
        case "date":
            return pd.Series(pd.NaT, index=index, dtype="datetime64[us]")
        case "str":
            return pd.Series(None, index=index, dtype="str")
        case _:
            return pd.Series(float("nan"), index=index, dtype="float64")
