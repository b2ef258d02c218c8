"""Mapping: a plant's own tables become the tables of ``registry.core.tables``.

A ``ColumnMap`` is a mapping profile as a plain object: for items, routings and work results the ERP
view, the file, and the declared columns.  ``validate`` lists what is wrong with it in words.
``read`` types the source columns of a frame and sets aside the rows it can not read; ``apply`` goes
on to canonical names and units.  Nothing is dropped in silence: each rejected row has its number,
column and reason, each mended cell is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from registry.core import casting, declarations, rejected
from registry.core.columns import (
    TABLES,
    BadProfile,
    Basis,
    Column,
    Kind,
    TableMap,
    TableName,
    resolve,
)
from registry.core.errors import BadInput

__all__ = [
    "TABLES",
    "BadProfile",
    "Basis",
    "Column",
    "ColumnMap",
    "ColumnsMissing",
    "Header",
    "Kind",
    "Mapped",
    "TableMap",
    "TableName",
]


class ColumnsMissing(BadInput):
    """A table lacks columns without which it can not be used."""

    code = "columns_missing"


@dataclass(frozen=True, slots=True)
class Header:
    """What a table's header offers: ``pairs`` is source name -> name as the table spells it."""

    pairs: Mapping[str, str]
    missing: tuple[str, ...]
    mandatory: tuple[str, ...]
    ignored: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mapped:
    """A table after mapping.

    Attributes:
        frame: one row for each row kept; the index is the row's number at its source.
        rejected: one row for each row set aside: ``row, column, value, reason``.
        aside: the cells of those rows as they came, under source names.
        missing: mapped source columns the table lacks.
        ignored: columns of the table that nobody maps.
        mended: what was mended in how many cells.
    """

    frame: pd.DataFrame
    rejected: pd.DataFrame
    aside: pd.DataFrame
    missing: tuple[str, ...]
    ignored: tuple[str, ...]
    mended: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A mapping profile: how the three tables of a plant are read."""

    items: TableMap
    routings: TableMap
    results: TableMap

    @property
    def attributes(self) -> tuple[Column, ...]:
        """Item columns other than the key: what an item is described by."""
        return tuple(column for column in self.items if column.name != "ITEM_CD")

    def table(self, name: TableName) -> TableMap:
        """Return one of the three tables by name."""
        return {"items": self.items, "routings": self.routings, "results": self.results}[name]

    def __iter__(self) -> Iterator[tuple[TableName, TableMap]]:
        return ((name, self.table(name)) for name in TABLES)

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        return {name: table.to_json() for name, table in self}

    @classmethod
    def from_json(cls, document: Any) -> ColumnMap:
        """Rebuild a profile.

        Raises:
            BadProfile: when the document has another shape.
        """
        if not isinstance(document, Mapping) or set(document) != set(TABLES):
            raise BadProfile(f"A mapping profile is an object with exactly {', '.join(TABLES)}")
        return cls(**{name: TableMap.from_json(document[name], where=name) for name in TABLES})

    def validate(self) -> list[str]:
        """Return every problem in words; an empty list means the profile can be used."""
        found = [
            f"{what} of {name} and {other} are the same"
            for what in ("view", "file")
            for (name, table), (other, another) in combinations(self, 2)
            if getattr(table, what).casefold() == getattr(another, what).casefold()
        ]
        for name, table in self:
            found += [f"{name}: {problem}" for problem in declarations.problems(name, table)]
        return found

    def header(self, table: TableName, found: list[str]) -> Header:
        """Compare the columns a table has with those that are mapped."""
        mapped = self.table(table)
        pairs = resolve(mapped.sources, found)
        used = set(pairs.values())
        return Header(
            pairs=pairs,
            missing=tuple(source for source in mapped.sources if source not in pairs),
            mandatory=tuple(source for source in mapped.mandatory if source not in pairs),
            ignored=tuple(name for name in found if name not in used),
        )

    def read(self, table: TableName, frame: pd.DataFrame) -> Mapped:
        """Type the mapped source columns of a frame and set aside the rows that can not be read.

        Flags are checked and stay words, so that the result can be stored and read again.

        Args:
            table: which of the three tables it is.
            frame: cells as a driver or a file gave them, under the source's column names; the
                index is the number of each row at its source, as rejected rows report it.

        Raises:
            ColumnsMissing: when a mandatory column is not there, or a mapped one is there twice.
        """
        found = [str(name) for name in frame.columns]
        header = self.header(table, found)
        check_header(table, header, found)
        raw = pd.DataFrame({source: frame[name] for source, name in header.pairs.items()})
        reading = _Reading(table)
        for column in self.table(table):
            for source in column.sources:
                if source in header.pairs:
                    reading.add(column, source, raw[source])
        return reading.finish(raw, header)

    def apply(self, table: TableName, frame: pd.DataFrame) -> Mapped:
        """Map a frame to canonical names, types and units (see ``registry.core.tables``).

        Run times of a routing whose basis is the order stay minutes an order here, because only the
        work results know the order's quantity: ``registry.core.relating`` divides them.

        Raises:
            ColumnsMissing: when a mandatory column is not there, or a mapped one is there twice.
        """
        read = self.read(table, frame)
        mapped = self.table(table)
        if table == "items":
            named = {c.source: c.name for c in mapped if c.source in read.frame.columns}
            result = read.frame[list(named)].rename(columns=named)
        else:
            result = _canonical(declarations.SCHEMAS[table], mapped, read)
        return replace(read, frame=result)


def check_header(table: str, header: Header, found: list[str]) -> None:
    """Refuse a table without its mandatory columns, or with a mapped one twice.

    Raises:
        ColumnsMissing: naming the columns and what was found.
    """
    twice = sorted(name for name in header.pairs.values() if found.count(name) > 1)
    if twice:
        raise ColumnsMissing(f"{table}: column {', '.join(twice)} is there more than once")
    if header.mandatory:
        raise ColumnsMissing(
            f"{table}: mandatory column {', '.join(header.mandatory)} is missing; "
            f"found: {', '.join(found) or 'no columns at all'}",
            missing=list(header.mandatory),
        )


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
