"""Finding items while somebody types: by code, by name, by drawing number.

All codes of a version lie in one upper-cased text, a code a line, so that one substring search of
plain Python answers for hundreds of thousands of items in a millisecond or two.  Codes that begin
with what was typed come first.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

import numpy as np

from registry.core.strings import StringTable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class CodeSearch:
    """Searches a fixed set of codes, whatever their case."""

    def __init__(self, codes: Iterable[str]) -> None:
        ordered = sorted((code for code in codes if "\n" not in code), key=str.upper)
        self._codes = StringTable.of(ordered)
        self._text, self._starts = _one_text(code.upper() for code in ordered)

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
        places = range(len(self._codes))
        first = bisect_left(places, wanted, key=lambda place: self._codes[place].upper())
        for code in self._codes[first : first + limit]:
            if code.upper().startswith(wanted):
                yield code

    def _holding(self, wanted: str, limit: int) -> Iterator[str]:
        at = self._text.find(wanted)
        while at >= 0 and limit > 0:
            yield self._codes[_line_at(self._starts, at)]
            limit -= 1
            at = self._text.find(wanted, self._text.index("\n", at))


class ValueSearch:
    """Searches the distinct values of a column (names, drawing numbers), whatever their case.

    Args:
        values: the distinct values.
        codes: for each item which of them it has, -1 when none.
    """

    def __init__(self, values: Iterable[str], codes: np.ndarray) -> None:
        self._codes = codes
        self._text, self._starts = _one_text(" ".join(value.upper().split()) for value in values)

    def find(self, typed: str, limit: int = 12) -> list[int]:
        """Return the places of up to ``limit`` items whose value holds what was typed."""
        wanted = " ".join(typed.upper().split())
        if not wanted:
            return []
        found: list[int] = []
        at = self._text.find(wanted)
        while at >= 0 and len(found) < limit:
            number = _line_at(self._starts, at)
            found += np.flatnonzero(self._codes == number)[: limit - len(found)].tolist()
            at = self._text.find(wanted, self._text.index("\n", at))
        return found


def _one_text(lines: Iterable[str]) -> tuple[str, np.ndarray]:
    """Return lines as one text, and where in it each begins."""
    kept = list(lines)
    lengths = np.array([len(line) + 1 for line in kept], dtype=np.int64)
    starts = (np.cumsum(lengths) - lengths + 1).astype(np.int32)
    return "\n" + "\n".join(kept) + "\n", starts


def _line_at(starts: np.ndarray, place: int) -> int:
    """Return the number of the line that holds a place of the text."""
    return int(np.searchsorted(starts, place, side="right")) - 1
