"""One file into one table of the embedded ERP, and its rejected rows into a file of their own.

Cells are typed as the mapping profile says and kept under the source's column names, so that the
embedded ERP looks like the real one.  Rows that can not be read, keys that stand twice and what is
left of a routing that lost a row go to the rejected rows' file, with the reason and their cells.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, Self

import pandas as pd

from registry.core import rejected
from registry.core.errors import BadInput
from registry.core.relating import INCOMPLETE, KEYS, TWICE, broken_routings
from registry.core.tables import ROUTING_KEY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from types import TracebackType

    from registry.core.extract import Extract
    from registry.core.file_formats import TableFile
    from registry.core.mapping import ColumnMap, Header, TableName
    from registry.core.progress import Progress

CHUNK_ROWS = 50_000


class AllRejected(BadInput):
    """Not one row of a file could be read."""

    code = "all_rejected"


@dataclass(slots=True)
class TableLoad:
    """What a load made of one table; without a file it was kept as it was, or is absent."""

    view: str
    wanted: str
    file: str = ""
    kept: bool = False
    rows: int = 0
    written: int = 0
    missing: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    mended: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)
    rejected_file: Path | None = None
    strangers: int = 0


class RejectedRows:
    """The file of rejected rows, made when the first one comes; counts them by reason."""

    def __init__(self, path: Path, file: str, columns: Sequence[str]) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self._file = file
        self._columns = list(columns)
        self._stream: IO[str] | None = None
        self._writer: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stream is not None:
            self._stream.close()

    def add(self, reasons: pd.DataFrame, cells: pd.DataFrame) -> None:
        """Write rows with their reason; ``cells`` holds theirs by row number, where known."""
        self.counts.update(f"{line.column}: {line.reason}" for line in reasons.itertuples())
        if reasons.empty:
            return
        if self._stream is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            # the mark lets Excel read the Korean
            self._stream = self.path.open("w", encoding="utf-8-sig", newline="")
            self._writer = csv.writer(self._stream)
            self._writer.writerow(["file", *rejected.COLUMNS, *self._columns])
        beside = cells.reindex(index=reasons["row"], columns=self._columns)
        for line, row in zip(
            reasons.itertuples(index=False), beside.itertuples(index=False), strict=True
        ):
            shown = ["" if cell is None or cell != cell else cell for cell in row]
            self._writer.writerow([self._file, *line, *shown])

    def take(self, cells: pd.DataFrame, key: Sequence[str], reason: str) -> None:
        """Write rows that were stored and are taken out again."""
        if cells.empty:
            return
        words = cells[list(key)].astype(str).agg(" ".join, axis=1)
        column = " ".join(key)
        self.add(rejected.rows(cells.index, column=column, values=words, reason=reason), cells)


def load_table(
    name: TableName,
    columns: ColumnMap,
    file: TableFile,
    *,
    extract: Extract,
    rejected_path: Path,
    progress: Progress,
) -> TableLoad:
    """Move a file into its table of the new extract.

    Raises:
        FileUnreadable: when the file breaks off or is damaged.
        AllRejected: when it has rows and none could be read.
    """
    header = columns.header(name, file.header)
    table = columns.table(name)
    load = TableLoad(table.view, table.file, file.path.name)
    load.missing, load.ignored = header.missing, header.ignored
    extract.create(table, list(header.pairs))
    with RejectedRows(rejected_path, load.file, list(header.pairs)) as aside:
        move = _Move(name, columns, file, header, extract, aside)
        move.fill(load, progress)
        move.settle()
    load.rejected = aside.counts
    load.rejected_file = aside.path if aside.counts else None
    load.written = extract.count(load.view)
    if load.rows and not load.written:
        reasons = "; ".join(f"{what} ({n:,} rows)" for what, n in load.rejected.most_common(3))
        raise AllRejected(
            f"{load.file}: none of its {load.rows:,} rows could be read: {reasons}. Nothing was "
            f"changed; the rows are in {aside.path}"
        )
    return load


@dataclass(frozen=True, slots=True)
class _Move:
    """The steps of moving one file."""

    name: TableName
    columns: ColumnMap
    file: TableFile
    header: Header
    extract: Extract
    aside: RejectedRows
    broken: set[tuple[str, str]] = field(default_factory=set)

    def fill(self, load: TableLoad, progress: Progress) -> None:
        """Store every row that can be read; remember routings that lost one."""
        progress.report(0.0, load.file)
        for chunk in self.file.chunks(list(self.header.pairs.values()), CHUNK_ROWS):
            read = self.columns.read(self.name, chunk.frame)
            self.extract.add(load.view, read.frame)
            self.aside.add(chunk.rejected, pd.DataFrame())
            self.aside.add(read.rejected, read.aside)
            load.mended.update(read.mended)
            if self.name == "routings":
                torn = chunk.aside.rename(columns={v: k for k, v in self.header.pairs.items()})
                self.broken.update(broken_routings(self.columns, torn))
                self.broken.update(broken_routings(self.columns, read.aside))
            load.rows += len(chunk.frame) + len(chunk.rejected)
            progress.report(0.5, f"{load.file}: {load.rows:,} rows")

    def settle(self) -> None:
        """Take out repeated keys and what is left of routings that lost a row."""
        table = self.columns.table(self.name)
        key = table.sources_of(KEYS.get(self.name, ("ITEM_CD",)))
        self.extract.index(table.view, key)
        if self.name in KEYS:
            self.aside.take(self.extract.take_repeated(table.view, key), key, TWICE)
        if self.broken:
            pair = table.sources_of(ROUTING_KEY[:2])
            taken = self.extract.take(table.view, pair, sorted(self.broken))
            self.aside.take(taken, pair, INCOMPLETE)
