"""The plant's ERP as this product sees it: views that can be counted and read, nothing else.

``ErpReader`` is the protocol; ``ResilientReader`` gives it to any ``ErpSource`` (a database, an
Access file): three tries with growing pauses, and a reading that goes on after a lost connection
without giving a row twice.  The errors say what failed, where, and what to do; a password never
appears in them.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial
from itertools import chain, groupby
from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar

import numpy as np

from registry.core.columns import resolve
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import pandas as pd

T = TypeVar("T")
Rows = list[tuple[Any, ...]]
PAUSES = (1.0, 5.0)
"""Seconds before the second and the third try."""

CHUNK_ROWS = 100_000

FOUND_AT_ONCE = 500
"""Values that one statement looks for: some servers take no more than two thousand."""


class ErpUnreachable(RoutingMLError):
    """The ERP does not answer, or does not let us in."""

    code = "erp_unreachable"


class ErpViewMissing(RoutingMLError):
    """The ERP answers but has no such view, or does not show it to this user."""

    code = "erp_view_missing"


class ErpColumnMissing(RoutingMLError):
    """A view lacks a column that was asked for."""

    code = "erp_column_missing"


class ConnectionLost(Exception):
    """A source could not answer this time; asking again may help."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a connection, and for an answer to one statement."""

    connect: int = 30
    query: int = 600


class ErpReader(Protocol):
    """Reads the views of an ERP and can do nothing else with it."""

    @property
    def label(self) -> str:
        """Return where the ERP is, in words without secrets."""

    def count(self, view: str) -> int:
        """Return the number of rows of a view."""

    def columns(self, view: str) -> list[str]:
        """Return the column names of a view in its order."""

    def read(
        self, view: str, columns: Sequence[str], chunk_rows: int = CHUNK_ROWS
    ) -> Iterator[pd.DataFrame]:
        """Yield a view's rows in frames of at most ``chunk_rows``, under the asked column names."""

    def find(
        self, view: str, columns: Sequence[str], key: str, values: Sequence[str]
    ) -> pd.DataFrame:
        """Return the rows whose ``key`` is one of ``values``, under the asked column names."""

    def close(self) -> None:
        """Let go of the connection."""


class ErpSource(Protocol):
    """One way to an ERP, without patience: a try that fails raises ``ConnectionLost``."""

    found_at_once: int

    @property
    def label(self) -> str:
        """Return where it is, in words without secrets."""

    def columns(self, view: str) -> list[str]:
        """Return the column names of a view."""

    def count(self, view: str) -> int:
        """Return the number of rows of a view."""

    def rows(self, view: str, columns: Sequence[str], chunk_rows: int) -> Iterator[Rows]:
        """Yield the rows of a view; ``columns`` are spelled as the view spells them."""

    def matching(self, view: str, columns: Sequence[str], key: str, values: Sequence[str]) -> Rows:
        """Return the rows whose ``key`` is one of ``values`` (at most ``found_at_once``)."""

    def close(self) -> None:
        """Let go of the connection; a later call opens a new one."""


class ResilientReader:
    """An ``ErpReader`` over a source that may fail now and then."""

    def __init__(
        self,
        source: ErpSource,
        *,
        pauses: Sequence[float] = PAUSES,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source = source
        self._pauses = tuple(pauses)
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def label(self) -> str:
        """Return where the ERP is, in words without secrets."""
        return self._source.label

    def count(self, view: str) -> int:
        """Return the number of rows of a view.

        Raises:
            ErpUnreachable: when every try failed.
            ErpViewMissing: when there is no such view.
        """
        return self._patiently(lambda: self._source.count(view))

    def columns(self, view: str) -> list[str]:
        """Return the column names of a view in its order.

        Raises:
            ErpUnreachable: when every try failed.
            ErpViewMissing: when there is no such view.
        """
        return self._patiently(lambda: self._source.columns(view))

    def read(
        self, view: str, columns: Sequence[str], chunk_rows: int = CHUNK_ROWS
    ) -> Iterator[pd.DataFrame]:
        """Yield a view's rows in frames of at most ``chunk_rows``, under the asked column names.

        Raises:
            ErpUnreachable: when every try failed.
            ErpViewMissing: when there is no such view.
            ErpColumnMissing: when the view lacks one of the columns.
        """
        spelled = self._spelled(view, columns)
        for rows in self._resumed(view, spelled, chunk_rows):
            yield _frame(rows, columns)

    def find(
        self, view: str, columns: Sequence[str], key: str, values: Sequence[str]
    ) -> pd.DataFrame:
        """Return the rows whose ``key`` is one of ``values``, under the asked column names.

        Raises:
            ErpUnreachable: when every try failed.
            ErpViewMissing: when there is no such view.
            ErpColumnMissing: when the view lacks one of the columns.
        """
        *spelled, spelled_key = self._spelled(view, [*columns, key])
        rows: Rows = []
        for some in portions(values, self._source.found_at_once):
            look = partial(self._source.matching, view, spelled, spelled_key, some)
            rows += self._patiently(look)
        return _frame(rows, columns)

    def close(self) -> None:
        """Let go of the connection."""
        self._source.close()

    def _spelled(self, view: str, columns: Sequence[str]) -> list[str]:
        """Return the columns as the view itself spells them."""
        found = self.columns(view)
        pairs = resolve(columns, found)
        absent = [name for name in columns if name not in pairs]
        if absent:
            raise ErpColumnMissing(
                f"{view} in {self.label} has no column {', '.join(absent)}; it has "
                f"{', '.join(found)}. Correct the column names in the mapping profile.",
                view=view,
                columns=absent,
            )
        return [pairs[name] for name in columns]

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Ask up to three times, with growing pauses."""
        for pause in (*self._pauses, None):
            try:
                return ask()
            except ConnectionLost as lost:
                self._recover(lost, pause)
        raise AssertionError("unreachable: the last failure raises")

    def _recover(self, lost: ConnectionLost, pause: float | None) -> None:
        """Wait before the next try, or give up after the last."""
        self._source.close()
        if pause is None:
            raise ErpUnreachable(
                f"{self.label} can not be reached after {len(self._pauses) + 1} tries: {lost}. "
                "Check that the ERP is up, the network, and the ERP_URL setting."
            ) from lost
        self._sleep(pause)

    def _resumed(self, view: str, columns: list[str], chunk_rows: int) -> Iterator[Rows]:
        """Yield chunks; after a lost connection read again and skip what was already given.

        A view promises no order, so rows given are recognised by their content, not their place.
        The tries are counted anew whenever some rows have come through.
        """
        given: list[np.ndarray] = []
        pauses = iter((*self._pauses, None))
        while True:
            before = len(given)
            skip = Counter(chain.from_iterable(part.tolist() for part in given))
            try:
                for chunk in self._source.rows(view, columns, chunk_rows):
                    rows = _unseen(chunk, skip)
                    if rows:
                        given.append(np.fromiter(map(hash, rows), np.int64, len(rows)))
                        yield rows
            except ConnectionLost as lost:
                if len(given) > before:
                    pauses = iter((*self._pauses, None))
                self._recover(lost, next(pauses))
            else:
                return


def _frame(rows: Rows, columns: Sequence[str]) -> pd.DataFrame:
    import pandas as pd  # here: most processes know where the ERP is and never read a row of it

    return pd.DataFrame(rows, columns=list(columns))


def portions(values: Iterable[str], most: int) -> Iterator[list[str]]:
    """Yield distinct values, at most so many at once.

    Servers compare as their collation says, so values that one may take for equal are asked for
    together: asked for one after the other, a row would come twice.
    """
    portion: list[str] = []
    for _, alike in groupby(sorted(set(values), key=_folded), key=_folded):
        same = list(alike)
        if portion and len(portion) + len(same) > most:
            yield portion
            portion = []
        portion += same
    if portion:
        yield portion


def _folded(value: str) -> str:
    return value.strip().casefold()


def _unseen(rows: Rows, skip: Counter[int]) -> Rows:
    """Return the rows that were not given before; ``skip`` counts down."""
    if not skip:
        return rows
    fresh = []
    for row in rows:
        mark = hash(row)
        if mark not in skip:
            fresh.append(row)
        elif skip[mark] == 1:
            del skip[mark]
        else:
            skip[mark] -= 1
    return fresh


_SECRET_IN_TEXT = re.compile(r"(?i)\b(pwd|password)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;\s]*)")


def without_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a driver's message on one line with passwords blotted out."""
    for secret in filter(None, secrets):
        text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", "***", text)
    return " ".join(_SECRET_IN_TEXT.sub(r"\1=***", text).split())
