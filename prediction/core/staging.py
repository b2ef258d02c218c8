"""Direct insert into a staging table of the ERP: every row in one transaction, or none.

``sqlite:///path``, ``postgresql://…`` and ``odbc:<connection string>`` (SQL Server and others).
The ERP takes the rows from its staging table by its own rules; the product never writes elsewhere.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from itertools import islice
from typing import TYPE_CHECKING, Any

from prediction.core.draft_files import quoted, quoted_table
from registry.core.erp_urls import sqlite_path
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from prediction.core.export import Cell

DUPLICATE = ("unique", "duplicate", "primary key", "23505")
"""Words by which the drivers tell a duplicate key from other refusals."""
AT_ONCE = 10_000
"""Rows that are handed to the driver together; the transaction holds all of them."""
FORMS = "sqlite:///path, postgresql://user:password@host/database, odbc:CONNECTION STRING"


class StagingRefused(RoutingMLError):
    """The staging table did not take the rows; nothing was written."""

    code = "staging_refused"


class DuplicateRows(StagingRefused):
    """The staging table has such rows already; nothing was written."""

    code = "duplicate_rows"


class StagingUnreachable(RoutingMLError):
    """The staging database does not answer."""

    code = "staging_unreachable"


def insert(
    url: str, table: str, names: Sequence[str], rows: Collection[Sequence[Cell]], *, base: Path
) -> int:
    """Insert rows in one transaction and return how many.

    Raises
    ------
    StagingUnreachable
        When the URL has no known form, the driver is missing, or nobody answers.
    DuplicateRows
        When the table has a row of the same key already.
    StagingRefused
        When it refuses a row for another reason.
    """
    driver, connection, mark = _open(url, base)
    sql = (
        f"INSERT INTO {quoted_table(table)} ({', '.join(map(quoted, names))})"  # noqa: S608 - quoted names
        f" VALUES ({', '.join([mark] * len(names))})"
    )
    with closing(connection):
        try:
            cursor = connection.cursor()
            values = ([_plain(cell) for cell in row] for row in rows)
            while part := list(islice(values, AT_ONCE)):
                cursor.executemany(sql, part)
            connection.commit()
        except driver.Error as error:
            connection.rollback()
            raise _refusal(table, error) from None
    return len(rows)


def _open(url: str, base: Path) -> tuple[Any, Any, str]:
    """Return the driver's module, a connection, and how it marks a parameter."""
    scheme = url.partition(":")[0].casefold()
    if scheme == "sqlite":
        path = sqlite_path(url, base=base)
        if path is None or not path.is_file():
            raise StagingUnreachable(f"There is no staging database {path}.")
        return sqlite3, sqlite3.connect(path, timeout=10), "?"
    try:
        if scheme in ("postgresql", "postgres"):
            import psycopg

            return (
                psycopg,
                _connected(psycopg, lambda: psycopg.connect(url, connect_timeout=10)),
                "%s",
            )
        if scheme == "odbc":
            import pyodbc

            text = url.partition(":")[2]
            return pyodbc, _connected(pyodbc, lambda: pyodbc.connect(text, timeout=10)), "?"
    except ImportError as error:
        message = f"The driver for the staging database is not installed: {error.name}."
        raise StagingUnreachable(message) from None
    raise StagingUnreachable(f"STAGING_URL starts with {scheme[:20]!r}; known forms: {FORMS}.")


def _connected(driver: Any, connect: Any) -> Any:
    try:
        return connect()
    except driver.Error:
        raise StagingUnreachable("The staging database does not answer.") from None


def _refusal(table: str, error: Exception) -> StagingRefused:
    told = str(error).strip().splitlines()
    reason = told[0][:300] if told else type(error).__name__
    if any(word in str(error).casefold() for word in DUPLICATE):
        return DuplicateRows(
            f"{table} has such rows already ({reason}). Nothing was written.", table=table
        )
    return StagingRefused(f"{table} refused the rows ({reason}). Nothing was written.", table=table)


def _plain(cell: Cell) -> Any:
    return cell.isoformat() if isinstance(cell, dt.date) else cell
