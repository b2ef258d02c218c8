"""From an ERP to the three tables: read in chunks, mapped, related, with a report of every loss.

A view of work results that is not there is an empty one, because a plant may have none; items and
routings must be there.  ``new_codes`` and ``read_items`` read of a large plant only what has come
since.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from registry.core import casting, rejected
from registry.core.erp import CHUNK_ROWS, ErpColumnMissing, ErpReader, ErpViewMissing
from registry.core.mapping import ColumnMap, Header, Mapped, TableName
from registry.core.progress import Progress, span
from registry.core.relating import relate

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from registry.core.tables import Tables

STRETCHES: dict[TableName, tuple[float, float]] = {
    "items": (0.0, 0.2),
    "routings": (0.2, 0.5),
    "results": (0.5, 0.95),
}
"""Where in the whole reading each table's reading lies."""


@dataclass(frozen=True, slots=True)
class TableReport:
    """What became of a view's rows: how many were read, what was mended, which were set aside."""

    view: str
    rows: int
    absent: bool
    missing: tuple[str, ...]
    ignored: tuple[str, ...]
    mended: Counter[str]
    rejected: pd.DataFrame


ReadReport = dict[TableName, TableReport]


def read_tables(
    *, columns: ColumnMap, reader: ErpReader, progress: Progress
) -> tuple[Tables, ReadReport]:
    """Read, map and relate the three tables.

    Raises:
        ErpUnreachable: when the ERP does not answer.
        ErpViewMissing: when there is no view of items or of routings.
        ErpColumnMissing: when a view lacks a mandatory column.
    """
    readings = {}
    for name, _ in columns:
        reading = _Reading(name, columns)
        try:
            reading.read(reader, span(progress, *STRETCHES[name]))
        except ErpViewMissing:
            if name != "results":
                raise
            reading.absent = True
        readings[name] = reading
    progress.report(STRETCHES["results"][1], "relating the tables")
    mapped = {name: reading.joined() for name, reading in readings.items()}
    tables, aside = relate(columns, mapped)
    report = {name: reading.report(mapped[name], aside[name]) for name, reading in readings.items()}
    return tables, report


def new_codes(
    *, columns: ColumnMap, reader: ErpReader, known: Container[str], progress: Progress
) -> dict[str, tuple[str, ...]]:
    """Return the item codes that are not known, each with the ways in which the ERP spells it.

    Only the one column is read.

    Raises:
        ErpUnreachable: when the ERP does not answer.
        ErpViewMissing: when there is no view of items.
        ErpColumnMissing: when it lacks the item's code.
    """
    view, rows = columns.items.view, 0
    (source,) = columns.items.sources_of(["ITEM_CD"])
    found: dict[str, dict[str, None]] = {}
    total = max(reader.count(view), 1)
    for frame in reader.read(view, [source], CHUNK_ROWS):
        cells = frame[source]
        codes = casting.codes(cells).values
        for code, cell in zip(codes.tolist(), cells.tolist(), strict=True):
            if code == code and code not in known:  # NaN, a blank, differs from itself
                spellings = found.setdefault(code, {code: None})
                if isinstance(cell, str):
                    spellings[cell] = None
        rows += len(frame)
        progress.report(rows / total, f"{view}: {rows:,} codes")
    return {code: tuple(spellings) for code, spellings in found.items()}


def read_items(
    *,
    columns: ColumnMap,
    reader: ErpReader,
    spellings: Mapping[str, Sequence[str]],
    progress: Progress,
) -> tuple[Tables, ReadReport]:
    """Read the routings of some items, and the rest about those of them that have one.

    Args:
        columns: the mapping profile.
        reader: the ERP.
        spellings: each item's code and how the ERP may spell it, as ``new_codes`` returns them.
        progress: told before each table.

    Raises:
        ErpUnreachable: when the ERP does not answer.
        ErpViewMissing: when there is no view of items or of routings.
        ErpColumnMissing: when a view lacks a mandatory column.
    """
    names: tuple[TableName, ...] = ("routings", "items", "results")
    readings: dict[TableName, _Reading] = {}
    mapped: dict[TableName, Mapped] = {}
    for number, name in enumerate(names):
        reading = readings[name] = _Reading(name, columns)
        progress.report(number / len(names), f"{reading.view}: {len(spellings):,} items")
        try:
            reading.find(reader, [text for texts in spellings.values() for text in texts])
        except ErpViewMissing:
            if name != "results":
                raise
            reading.absent = True
        mapped[name] = reading.joined(only=spellings)
        if name == "routings":
            routed = mapped[name].frame["ITEM_CD"].unique().tolist()
            spellings = {code: spellings[code] for code in routed}
    tables, aside = relate(columns, mapped)
    report = {name: readings[name].report(mapped[name], aside[name]) for name, _ in columns}
    return tables, report


def first_rows(*, columns: ColumnMap, reader: ErpReader, rows: int) -> dict[TableName, Mapped]:
    """Map the first rows of each view that is there, to show what a profile makes of them.

    Raises:
        ErpUnreachable: when the ERP does not answer.
        ColumnsMissing: when a view lacks a mandatory column.
    """
    shown: dict[TableName, Mapped] = {}
    for name, table in columns:
        try:
            header = columns.header(name, reader.columns(table.view))
            chunks = reader.read(table.view, list(header.pairs), rows)
            frame = next(iter(chunks), pd.DataFrame(columns=list(header.pairs), dtype="str"))
        except ErpViewMissing:
            continue
        frame.index = pd.RangeIndex(1, len(frame) + 1)
        shown[name] = columns.apply(name, frame)
    return shown


class _Reading:
    """Collects one view, chunk by chunk."""

    def __init__(self, name: TableName, columns: ColumnMap) -> None:
        self.name = name
        self.columns = columns
        self.view = columns.table(name).view
        self.rows = 0
        self.absent = False
        self.header = Header({}, columns.table(name).sources, (), ())
        self.parts: list[Mapped] = []

    def read(self, reader: ErpReader, progress: Progress) -> None:
        """Read every row of the view."""
        self._meet(reader)
        total = max(reader.count(self.view), 1)
        for frame in reader.read(self.view, list(self.header.pairs), CHUNK_ROWS):
            self._take(frame)
            progress.report(self.rows / total, f"{self.view}: {self.rows:,} rows")

    def find(self, reader: ErpReader, codes: Sequence[str]) -> None:
        """Read the rows of some items."""
        self._meet(reader)
        (key,) = self.columns.table(self.name).sources_of(["ITEM_CD"])
        self._take(reader.find(self.view, list(self.header.pairs), key, codes))

    def _meet(self, reader: ErpReader) -> None:
        """Compare the view with the profile."""
        found = reader.columns(self.view)
        self.header = self.columns.header(self.name, found)
        if self.header.mandatory:
            raise ErpColumnMissing(
                f"{self.view} in {reader.label} lacks {', '.join(self.header.mandatory)}, which "
                f"the mapping profile needs; it has {', '.join(found)}. Correct the profile.",
                view=self.view,
                columns=list(self.header.mandatory),
            )

    def _take(self, frame: pd.DataFrame) -> None:
        """Map some rows."""
        frame.index = pd.RangeIndex(self.rows + 1, self.rows + 1 + len(frame))
        self.rows += len(frame)
        self.parts.append(self.columns.apply(self.name, frame))

    def joined(self, only: Container[str] | None = None) -> Mapped:
        """Return all chunks as one; the canonical columns also when there is no row.

        ``only`` are the items that were asked for: a server may give others, whose codes differ in
        case.
        """
        if not self.parts:
            sources = list(self.header.pairs) or list(self.columns.table(self.name).sources)
            self.parts = [self.columns.apply(self.name, pd.DataFrame(columns=sources, dtype="str"))]
        parts, self.parts = self.parts, []  # the chunks are let go of once they are joined
        mended: Counter[str] = Counter()
        for part in parts:
            mended.update(part.mended)
        return Mapped(
            frame=_of(only, pd.concat([part.frame for part in parts])),
            rejected=rejected.joined(part.rejected for part in parts),
            aside=pd.concat([part.aside for part in parts]),
            missing=self.header.missing,
            ignored=self.header.ignored,
            mended=mended,
        )

    def report(self, mapped: Mapped, aside: pd.DataFrame) -> TableReport:
        """Return what became of the rows."""
        return TableReport(
            view=self.view,
            rows=self.rows,
            absent=self.absent,
            missing=mapped.missing,
            ignored=mapped.ignored,
            mended=mapped.mended,
            rejected=aside,
        )


def _of(items: Container[str] | None, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of some items, all when none are named."""
    if items is None:
        return frame
    asked = [code in items for code in frame["ITEM_CD"].tolist()]
    return frame[np.array(asked, dtype=bool)]
