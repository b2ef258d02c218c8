"""Neighbour search in a PostgreSQL with the pgvector extension, outside this process.

A version's distinct vectors are loaded once into a table that is named by their content, with an
HNSW index of the same parameters as the graph it takes the place of; every further process finds
the table there.  The database names the nearest; their cosines are computed here, from the
version's own vectors, so they are exact.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.core.errors import RoutingMLError
from registry.core.graphs import IndexSpec
from registry.core.index import NeighbourIndex
from registry.core.vector_search import nearest_of

if TYPE_CHECKING:
    from types import ModuleType

TABLES = "routingml_vectors_"
"""What the names of our tables begin with."""
CONNECT_SECONDS = 5
WIDEST_SEARCH = 1000
"""What pgvector takes for ``hnsw.ef_search`` at most."""
BUILD_MEMORY = "512MB"
"""An index that outgrows this while it is built takes ten times as long."""


class SearchUnavailable(RoutingMLError):
    """The database that searches does not answer, or cannot search."""

    code = "search_unavailable"


class PgVectorSearch:
    """Vectors in a table of PostgreSQL; one connection for each thread that asks."""

    def __init__(self, url: str, vectors: np.ndarray, spec: IndexSpec) -> None:
        self.url, self.vectors, self.spec = url, vectors, spec
        self.table = table_of(vectors, spec)
        self._own = threading.local()

    @classmethod
    def load(cls, url: str, index: NeighbourIndex, *, label: str = "") -> PgVectorSearch:
        """Make the index's vectors searchable in a database; one that has them already is reused.

        Args:
            url: ``postgresql://user:password@host/database``.
            index: whose distinct vectors and parameters are taken.
            label: the version, written beside the table with any other of the same vectors.

        Raises:
            SearchUnavailable: when the database cannot be reached or has no pgvector.
        """
        search = cls(url, index.vectors, index.spec)
        with search._connection() as connection, connection.transaction():
            # One process loads, the others wait here and find the table.
            connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [search.table])
            found = connection.execute("SELECT to_regclass(%s)", [search.table]).fetchone()
            if found == (None,):
                search._fill(connection)
            search._name(connection, label)
        return search

    def __len__(self) -> int:
        return len(self.vectors)

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers (n, k') and cosines (n, k') of the nearest vectors, nearest first.

        Raises:
            SearchUnavailable: when the database does not answer.
        """
        k = min(k, len(self))
        numbers = np.empty((len(queries), k), dtype=np.int64)
        if k and len(queries):
            with self._connection() as connection, connection.transaction():
                self._find(connection, queries, numbers)
        return nearest_of(self.vectors, np.asarray(queries, dtype=np.float32), numbers, k)

    def close(self) -> None:
        """Let go of this thread's connection."""
        connection = self._own.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def _find(self, connection: Any, queries: np.ndarray, numbers: np.ndarray) -> None:
        """Fill in the numbers of the nearest; what the graph does not reach is searched exactly."""
        k = numbers.shape[1]
        wide = min(max(self.spec.ef_search, 2 * k), WIDEST_SEARCH)
        connection.execute("SELECT set_config('hnsw.ef_search', %s, true)", [str(wide)])
        texts = [_text(query) for query in queries]
        short = []
        for place, found in enumerate(self._nearest(connection, texts, k)):
            if len(found) == k:
                numbers[place] = found
            else:
                short.append(place)
        if short:
            connection.execute("SELECT set_config('enable_indexscan', 'off', true)")
            exact = self._nearest(connection, [texts[place] for place in short], k)
            numbers[short] = list(exact)

    def _nearest(self, connection: Any, texts: list[str], k: int) -> Iterator[list[int]]:
        """Yield the numbers of the nearest to each; all are asked for in one go."""
        statement = (
            f"SELECT number FROM {self.table} "  # noqa: S608 -- our own name, made of a checksum
            f"ORDER BY vector <#> %s::halfvec LIMIT {k:d}"  # a bound LIMIT would hide the index
        )
        with connection.cursor() as cursor:
            cursor.executemany(statement, [(text,) for text in texts], returning=True)
            for _ in texts:
                yield [number for (number,) in cursor.fetchall()]
                cursor.nextset()

    def _name(self, connection: Any, label: str) -> None:
        """Write a version's name beside the table, with the names that stand there."""
        names = _names_beside(connection, self.table)
        if label and label not in names:
            comment = connection.execute(
                f"SELECT format('COMMENT ON TABLE {self.table} IS %%L', %s::text)",
                [" ".join([*names, label])],
            )
            connection.execute(comment.fetchone()[0])

    def _fill(self, connection: Any) -> None:
        """Make table and index; the transaction lets others see both or neither."""
        width = self.vectors.shape[1]
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
        connection.execute(
            f"CREATE TABLE {self.table} (number integer, vector halfvec({width:d}) NOT NULL)"
        )
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY {self.table} (number, vector) FROM STDIN") as copy,
        ):
            for number, vector in enumerate(self.vectors):
                copy.write_row((number, _text(vector)))
        connection.execute("SELECT set_config('maintenance_work_mem', %s, true)", [BUILD_MEMORY])
        connection.execute(
            f"CREATE INDEX ON {self.table} USING hnsw (vector halfvec_ip_ops) "
            f"WITH (m = {self.spec.m:d}, ef_construction = {self._construction():d})"
        )
        connection.execute(f"ANALYZE {self.table}")

    def _construction(self) -> int:
        """Return pgvector's ``ef_construction``, which it wants to be twice ``m`` at least."""
        return max(self.spec.ef_construction, 2 * self.spec.m)

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        """Lend this thread's connection; one that was lost is replaced the next time."""
        psycopg = _driver()
        try:
            connection = getattr(self._own, "connection", None)
            if connection is None or connection.closed:
                connection = _connect(self.url)
                self._own.connection = connection
            yield connection
        except psycopg.Error as error:
            self.close()
            raise _unavailable(error) from error


def drop_unused(url: str, kept: Collection[str]) -> list[str]:
    """Remove the tables of versions of which none is kept; return the tables' names.

    Args:
        url: of the database that searches.
        kept: names of versions.

    Raises:
        SearchUnavailable: when the database does not answer.
    """
    psycopg = _driver()
    try:
        with _connect(url) as connection:
            found = connection.execute(
                "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                "WHERE c.relkind = 'r' AND n.nspname = current_schema() AND c.relname LIKE %s",
                [f"{TABLES}%"],
            )
            unused = [
                table
                for (table,) in found.fetchall()
                if (names := _names_beside(connection, table)) and not set(names) & set(kept)
            ]
            for table in unused:
                connection.execute(f"DROP TABLE IF EXISTS {table}")
            return unused
    except psycopg.Error as error:
        raise _unavailable(error) from error


def _names_beside(connection: Any, table: str) -> list[str]:
    """Return the versions whose vectors a table holds."""
    told = connection.execute("SELECT obj_description(to_regclass(%s), 'pg_class')", [table])
    return str(told.fetchone()[0] or "").split()


def _connect(url: str) -> Any:
    return _driver().connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS)


def _unavailable(error: Exception) -> SearchUnavailable:
    return SearchUnavailable(
        f"The database that searches for similar items does not answer: "
        f"{' '.join(str(error).split())}. Check the VECTORS_URL setting and that the "
        "database has the pgvector extension, or leave VECTORS_URL empty."
    )


def table_of(vectors: np.ndarray, spec: IndexSpec) -> str:
    """Return the name of the table that holds just these vectors, indexed in just this way."""
    content = hashlib.blake2b(np.ascontiguousarray(vectors).data, digest_size=12)
    content.update(f"{vectors.shape} {vectors.dtype} {spec.m} {spec.ef_construction}".encode())
    return f"{TABLES}{content.hexdigest()}"


def _text(vector: np.ndarray) -> str:
    """Return a vector as pgvector reads it."""
    return f"[{','.join(map(repr, vector.tolist()))}]"


def _driver() -> ModuleType:
    try:
        import psycopg
    except ImportError as error:
        raise SearchUnavailable(
            "VECTORS_URL needs the psycopg package: install requirements with 'pg'."
        ) from error
    return psycopg
