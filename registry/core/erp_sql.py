"""ERP sources that speak SQL: SQLite, PostgreSQL, SQL Server, and whatever ODBC reaches.

Only SELECT is ever sent, over a connection opened read-only.  Names are quoted, and column names
come from the view itself.  A ``Dialect`` says how one kind of database connects and how it words
its failures; the drivers are imported when they are needed, because no installation has them all.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from registry.core.erp import (
    FOUND_AT_ONCE,
    ConnectionLost,
    ErpUnreachable,
    ErpViewMissing,
    Rows,
    Timeouts,
    without_secrets,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path


class Fault(Enum):
    """What a driver's error means for the reader."""

    LOST = "try again"
    REFUSED = "trying again is no use"
    NO_VIEW = "the view is missing or not shown"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one kind of database is connected to and what its errors mean."""

    label: str
    connect: Callable[[], Any]
    errors: tuple[type[Exception], ...]
    fault: Callable[[Exception], Fault]
    stream: Callable[[Any], Any] = lambda connection: connection.cursor()
    quotes: tuple[str, str] = ('"', '"')
    dotted: bool = True
    secrets: tuple[str, ...] = ()
    mark: str = "?"

    def quoted(self, name: str) -> str:
        """Return an identifier in quotes, whatever is in it."""
        opening, closing = self.quotes
        return opening + name.replace(closing, closing * 2) + closing

    def table(self, view: str) -> str:
        """Return a view's name in quotes; a dot parts schema and view."""
        parts = view.split(".") if self.dotted else [view]
        return ".".join(self.quoted(part) for part in parts)


class SqlSource:
    """Reads the views of a database through its Python driver."""

    found_at_once = FOUND_AT_ONCE

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._connection: Any = None

    @property
    def label(self) -> str:
        """Return where it is, in words without secrets."""
        return self._dialect.label

    def columns(self, view: str) -> list[str]:
        """Return the column names of a view."""
        statement = f"SELECT * FROM {self._dialect.table(view)} WHERE 1 = 0"  # noqa: S608 - quoted
        with self._asked(view, statement) as cursor:
            return [str(column[0]) for column in cursor.description]

    def count(self, view: str) -> int:
        """Return the number of rows of a view."""
        statement = f"SELECT COUNT(*) FROM {self._dialect.table(view)}"  # noqa: S608 - quoted
        with self._asked(view, statement) as cursor:
            return int(cursor.fetchone()[0])

    def rows(self, view: str, columns: Sequence[str], chunk_rows: int) -> Iterator[Rows]:
        """Yield the rows of a view; ``columns`` are spelled as the view spells them."""
        names = ", ".join(self._dialect.quoted(name) for name in columns)
        statement = f"SELECT {names} FROM {self._dialect.table(view)}"  # noqa: S608 - quoted
        with self._asked(view, statement, stream=True) as cursor:
            while chunk := cursor.fetchmany(chunk_rows):
                yield [tuple(row) for row in chunk]

    def matching(self, view: str, columns: Sequence[str], key: str, values: Sequence[str]) -> Rows:
        """Return the rows whose ``key`` is one of ``values``."""
        names = ", ".join(self._dialect.quoted(name) for name in columns)
        select = f"SELECT {names} FROM {self._dialect.table(view)}"  # noqa: S608 - quoted
        where = f" WHERE {self._dialect.quoted(key)} IN "
        if self._dialect.mark == "%s":
            select, where = select.replace("%", "%%"), where.replace("%", "%%")
        marks = ", ".join(self._dialect.mark for _ in values)
        with self._asked(view, f"{select}{where}({marks})", values) as cursor:
            return [tuple(row) for row in cursor.fetchall()]

    def close(self) -> None:
        """Let go of the connection; a later call opens a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except self._dialect.errors:
                return  # it was broken already

    @contextmanager
    def _asked(
        self, view: str, statement: str, values: Sequence[str] = (), *, stream: bool = False
    ) -> Iterator[Any]:
        """Give a cursor that has executed one statement; explain what the driver raises."""
        try:
            if self._connection is None:
                self._connection = self._dialect.connect()
            connection = self._connection
            cursor = self._dialect.stream(connection) if stream else connection.cursor()
            cursor.execute(statement, *([tuple(values)] if values else []))
            yield cursor
            cursor.close()
        except self._dialect.errors as error:
            self.close()
            raise self._explained(error, view) from None  # the driver's own text may hold secrets

    def _explained(self, error: Exception, view: str) -> Exception:
        """Return our error for a driver's."""
        words = error.args[-1] if error.args else error
        said = without_secrets(str(words), self._dialect.secrets)
        match self._dialect.fault(error):
            case Fault.LOST:
                return ConnectionLost(said)
            case Fault.NO_VIEW:
                return ErpViewMissing(
                    f"{self.label} has no table or view {view} that this user may read. Correct "
                    "its name in the mapping profile (upper and lower case may matter), or ask for "
                    "the right to read it.",
                    view=view,
                )
            case Fault.REFUSED:
                return ErpUnreachable(f"{self.label} can not be read: {said}. Check ERP_URL.")


def sqlite(path: Path, timeouts: Timeouts) -> Dialect:
    """Return the dialect of a SQLite file, opened read-only."""
    label = f"SQLite file {path}"

    def connect() -> sqlite3.Connection:
        if not path.is_file():
            raise ErpUnreachable(f"{label} does not exist yet: fill it with load_erp DIR")
        return sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=timeouts.connect
        )

    def fault(error: Exception) -> Fault:
        said = str(error)
        if "no such table" in said:
            return Fault.NO_VIEW
        return Fault.LOST if "locked" in said or "busy" in said else Fault.REFUSED

    return Dialect(label, connect, (sqlite3.Error,), fault, dotted=False)


def postgresql(url: str, label: str, secret: str, timeouts: Timeouts) -> Dialect:
    """Return the dialect of a PostgreSQL server; rows stream through a server-side cursor."""
    try:
        import psycopg
    except ImportError:
        raise _driver_missing("psycopg", "pg") from None
    options = f"-c default_transaction_read_only=on -c statement_timeout={timeouts.query * 1000}"

    def connect() -> Any:
        return psycopg.connect(url, connect_timeout=timeouts.connect, options=options)

    def fault(error: Exception) -> Fault:
        state = getattr(error, "sqlstate", None) or ""
        if state in {"42P01", "42501", "3F000"}:
            return Fault.NO_VIEW
        refused = state.startswith(("28", "3D", "42")) or "authentication failed" in str(error)
        return Fault.REFUSED if refused else Fault.LOST

    return Dialect(
        label,
        connect,
        (psycopg.Error,),
        fault,
        stream=lambda connection: connection.cursor(name="routingml"),
        secrets=(secret,),
        mark="%s",
    )


def odbc(connection_string: str, label: str, secret: str, timeouts: Timeouts) -> Dialect:
    """Return the dialect of whatever an ODBC connection string reaches."""
    try:
        import pyodbc
    except ImportError as error:  # also when the driver manager's library is not there
        raise _driver_missing(f"pyodbc ({error})", "mssql") from None

    def connect() -> Any:
        connection = pyodbc.connect(
            connection_string, timeout=timeouts.connect, autocommit=True, readonly=True
        )
        connection.timeout = timeouts.query
        return connection

    def fault(error: Exception) -> Fault:
        state, said = str(error.args[0]) if error.args else "", str(error)
        if (
            state in {"42S02", "S0002"}
            or "permission was denied" in said
            or "no such table" in said
        ):
            return Fault.NO_VIEW
        refused = state.startswith(("28", "42", "IM")) or "Can't open lib" in said
        return Fault.REFUSED if refused else Fault.LOST

    quotes = ("[", "]") if _speaks_brackets(connection_string) else ('"', '"')
    return Dialect(label, connect, (pyodbc.Error,), fault, quotes=quotes, secrets=(secret,))


def _speaks_brackets(connection_string: str) -> bool:
    """Return whether this is SQL Server or Access, where brackets always quote."""
    text = connection_string.casefold()
    return any(word in text for word in ("sql server", "msodbcsql", "tds", "access driver"))


def _driver_missing(driver: str, extra: str) -> ErpUnreachable:
    return ErpUnreachable(
        f"The ERP needs the Python package {driver}: install it with pip install routingml[{extra}]"
    )
