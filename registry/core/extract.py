"""The embedded ERP: a SQLite file with one table for each loaded view, written whole or not at all.

A new file is written beside the present one and takes its place in one step when it is complete, so
a failed load changes nothing and a reader never sees half a table.  A row's ``rowid`` is its number
in the file it came from; tables that a load does not bring are copied from the present file.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from registry.core.columns import Column, Kind, TableMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LOADS = "routingml_loads"
AFFINITY = {Kind.NUMBER: "NUMERIC"}
"""How SQLite keeps a kind of column; everything else is text."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What is known of a table in the embedded ERP."""

    name: str
    view: str
    profile: str
    file: str
    rows: int
    loaded_at: str


class Extract:
    """A new embedded ERP file; ``publish`` puts it in the place of the present one."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._draft = target.with_name(f"{target.name}.loading-{os.getpid()}")

    def __enter__(self) -> Self:
        self._target.parent.mkdir(parents=True, exist_ok=True)
        self._draft.unlink(missing_ok=True)
        self._db = sqlite3.connect(self._draft, isolation_level=None)
        self._db.executescript(  # nobody else sees the draft, and a broken one is thrown away
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
            "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;"
        )
        columns = ", ".join(field.name for field in fields(Loaded))
        self._db.execute(f"CREATE TABLE {LOADS} ({columns})")
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
        self._draft.unlink(missing_ok=True)

    def create(self, table: TableMap, sources: Sequence[str]) -> None:
        """Create the table of a view with the source columns that are there."""
        kinds = {source: _affinity(column, source) for column in table for source in column.sources}
        columns = ", ".join(f"{_quoted(source)} {kinds[source]}" for source in sources)
        self._db.execute(f"CREATE TABLE {_quoted(table.view)} ({columns})")

    def add(self, view: str, frame: pd.DataFrame) -> None:
        """Add typed rows; the frame's index is their number."""
        names = ", ".join(["rowid", *map(_quoted, frame.columns)])
        marks = ", ".join("?" * (frame.shape[1] + 1))
        values = [frame.index.tolist(), *(plain_values(frame[name]) for name in frame.columns)]
        self._db.execute("BEGIN")
        self._db.executemany(  # names are quoted, values are bound
            f"INSERT INTO {_quoted(view)} ({names}) VALUES ({marks})",  # noqa: S608 -- declared names, quoted
            zip(*values, strict=True),
        )
        self._db.execute("COMMIT")

    def index(self, view: str, key: Sequence[str]) -> None:
        """Make rows findable by key."""
        name = _quoted(f"{view}_key")
        columns = ", ".join(map(_quoted, key))
        self._db.execute(f"CREATE INDEX {name} ON {_quoted(view)} ({columns})")

    def take_repeated(self, view: str, key: Sequence[str]) -> pd.DataFrame:
        """Remove and return the rows whose key stands in an earlier row."""
        columns = ", ".join(map(_quoted, key))
        first = f"SELECT MIN(rowid) FROM {_quoted(view)} GROUP BY {columns}"  # noqa: S608 -- declared names, quoted
        return self._take(view, f"rowid NOT IN ({first})", [])

    def take(self, view: str, key: Sequence[str], values: Iterable[Sequence[str]]) -> pd.DataFrame:
        """Remove and return the rows with any of the given key values."""
        condition = " AND ".join(f"{_quoted(name)} = ?" for name in key)
        taken = [self._take(view, condition, list(value)) for value in values]
        return pd.concat(taken) if taken else pd.DataFrame()

    def _take(self, view: str, condition: str, values: list[str]) -> pd.DataFrame:
        where = f"FROM {_quoted(view)} WHERE {condition}"
        cursor = self._db.execute(f"SELECT rowid, * {where} ORDER BY rowid", values)
        names = [column[0] for column in cursor.description[1:]]
        rows = cursor.fetchall()
        self._db.execute(f"DELETE {where}", values)
        index = pd.Index([row[0] for row in rows], dtype="int64")
        return pd.DataFrame([row[1:] for row in rows], columns=names, index=index, dtype=object)

    def count(self, view: str) -> int:
        """Return how many rows a table has."""
        row = self._db.execute(f"SELECT COUNT(*) FROM {_quoted(view)}").fetchone()  # noqa: S608 -- declared names, quoted
        return int(row[0])

    def count_strangers(self, view: str, column: str, other: str, other_column: str) -> int:
        """Return how many rows refer to a value that another table does not have."""
        row = self._db.execute(
            f"SELECT COUNT(*) FROM {_quoted(view)} WHERE {_quoted(column)} NOT IN "  # noqa: S608 -- declared names, quoted
            f"(SELECT {_quoted(other_column)} FROM {_quoted(other)})"
        ).fetchone()
        return int(row[0])

    def note(self, loaded: Loaded) -> None:
        """Write down where a table came from."""
        marks = ", ".join("?" * len(fields(Loaded)))
        self._db.execute(f"INSERT INTO {LOADS} VALUES ({marks})", astuple(loaded))  # noqa: S608 -- declared names, quoted

    def keep(self, loaded: Loaded) -> None:
        """Copy a table from the present file."""
        self._db.execute("ATTACH ? AS present", [str(self._target)])
        statements = self._db.execute(
            "SELECT sql FROM present.sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL "
            "ORDER BY type DESC",
            [loaded.view],
        ).fetchall()
        view = _quoted(loaded.view)
        self._db.execute(statements[0][0])
        names = [row[1] for row in self._db.execute(f"PRAGMA present.table_info({view})")]
        columns = ", ".join(["rowid", *map(_quoted, names)])
        self._db.execute(
            f"INSERT INTO main.{view} ({columns}) SELECT {columns} FROM present.{view}"  # noqa: S608 -- declared names, quoted
        )
        for (statement,) in statements[1:]:
            self._db.execute(statement)
        self._db.execute("DETACH present")
        self.note(loaded)

    def publish(self) -> None:
        """Make the draft the embedded ERP, in one step."""
        self._db.close()
        with self._draft.open("rb+") as file:
            os.fsync(file.fileno())
        self._draft.replace(self._target)


def loaded_tables(path: Path) -> list[Loaded]:
    """Return what the embedded ERP file holds; nothing when there is none."""
    if not path.is_file():
        return []
    db = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        names = ", ".join(field.name for field in fields(Loaded))
        return [Loaded(*row) for row in db.execute(f"SELECT {names} FROM {LOADS}")]  # noqa: S608 -- declared names, quoted
    except sqlite3.DatabaseError:
        return []  # not a file of ours: a load replaces it whole
    finally:
        db.close()


def plain_values(column: pd.Series) -> list[Any]:
    """Return a typed column as what SQLite keeps: text, int, float, None; dates in ISO form."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _iso(column.to_numpy())
    values = column.to_numpy(dtype=object, copy=True)
    values[column.isna().to_numpy()] = None
    return list(values.tolist())


def _iso(moments: np.ndarray) -> list[str | None]:
    """Return dates as ``2024-01-31``, with the time of day when any has one."""
    days = moments.astype("datetime64[D]")
    whole = bool((np.isnat(moments) | (days == moments)).all())
    words = np.datetime_as_string(moments, unit="D" if whole else "s").astype(object)
    words[np.isnat(moments)] = None
    return list(words.tolist())


def _affinity(column: Column, source: str) -> str:
    """Return the type SQLite gives a source column."""
    if column.name == "PROC_SEQ" or source != column.source:
        return "NUMERIC"
    return AFFINITY.get(column.kind, "TEXT")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
