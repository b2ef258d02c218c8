"""Finding items while somebody types: by code, by name, by drawing number.

All codes of a version lie in one upper-cased text, a code a line, so that one substring search of
plain Python answers for hundreds of thousands of items in a millisecond or two.  Codes that begin
with what was typed come first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class CodeSearch:
    """Searches a fixed set of codes, whatever their case."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes = sorted((code for code in codes if "\n" not in code), key=str.upper)
        lines = [code.upper() for code in self._codes]
        self._text = "\n" + "\n".join(lines) + "\n"
        self._starts: list[int] = []
        at = 1
        for line in lines:
            self._starts.append(at)
            at += len(line) + 1

    def find(self, typed: str, limit: int = 12) -> list[str]:
        """Return up to ``limit`` codes that hold ``typed``: beginnings first, each code once."""
        wanted = typed.strip().upper()
        if not wanted or "\n" in wanted:
            return []
        found: dict[str, None] = {}
        for code in self._beginning_with(wanted, limit):
            found[code] = None
        for code in self._holding(wanted, 2 * limit):
            found.setdefault(code)
        return list(found)[:limit]

    def _beginning_with(self, wanted: str, limit: int) -> Iterator[str]:
        first = bisect_left(self._codes, wanted, key=str.upper)
        for code in self._codes[first : first + limit]:
            if code.upper().startswith(wanted):
                yield code

    def _end_of(self, place: int) -> int:
        after = place + 1
        return self._starts[after] if after < len(self._starts) else len(self._text)

    def _holding(self, wanted: str, limit: int) -> Iterator[str]:
        at = self._text.find(wanted)
        while at >= 0 and limit > 0:
            place = bisect_right(self._starts, at) - 1
            yield self._codes[place]
            limit -= 1
            at = self._text.find(wanted, self._end_of(place))


class ValueSearch:
    """Searches the distinct values of a column (names, drawing numbers), whatever their case.

    Args:
        values: the distinct values.
        codes: for each item which of them it has, -1 when none.
    """

    def __init__(self, values: Iterable[str], codes: np.ndarray) -> None:
        lines = [" ".join(value.upper().split()) for value in values]
        self._codes = codes
        self._text = "\n" + "\n".join(lines) + "\n"
        lengths = np.array([len(line) + 1 for line in lines], dtype=np.int64)
        self._starts = (np.cumsum(lengths) - lengths + 1).astype(np.int32)

    def find(self, typed: str, limit: int = 12) -> list[int]:
        """Return the places of up to ``limit`` items whose value holds what was typed."""
        wanted = " ".join(typed.upper().split())
        if not wanted:
            return []
        found: list[int] = []
        at = self._text.find(wanted)
        while at >= 0 and len(found) < limit:
            number = int(np.searchsorted(self._starts, at, side="right")) - 1
            found += np.flatnonzero(self._codes == number)[: limit - len(found)].tolist()
            at = self._text.find(wanted, self._text.index("\n", at))
        return found
