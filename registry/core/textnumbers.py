"""Numbers hidden in texts, found by what stands beside them.

``OD120 x ID98 x 15T`` says three sizes twice over: by letters (``OD>``, ``ID>``, ``<T``) and by
their place in a chain of three (``3#1``, ``3#2``, ``3#3``).  Nothing here knows what a key means:
whether ``3#1`` is the outside diameter is learned from items that have both (``completion.py``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from registry.core.cleaning import FRACTION, MILLIMETRES, NUMBER, read_figure, read_fraction

_MARK = r"(?:\"|''|\u2032\u2032|\u201d|IN\.|IN(?=\s*(?:[X\u00d7*/,;)]|$))|INCH(?:ES)?|인치)"
"""An inch sign in a clean text; a mere ``IN`` only where it can be no other word."""
_PLAIN = re.compile(r"\d+(?:\.\d+)?")
_NUMBER = re.compile(rf"{FRACTION}(?=\s?{_MARK})|{NUMBER}")
_BEFORE = re.compile(r"([^\W\d_]{1,8}|[ØΦ⌀])[\s.:=]{0,2}$")
_AFTER = re.compile(r"\s?([^\W\d_]{1,6}+)(?![\s.:=]*\d)")
_LINK = re.compile(rf"\s?[A-WYZ]?\s?{_MARK}?\s*[X\u00d7*/]\s*[A-WYZØΦ⌀]{{0,2}}[\s.:=]{{0,2}}")
_INCH = re.compile(rf"\s?[A-WYZ]?\s?{_MARK}")
INCH = MILLIMETRES["INCH"]


@lru_cache(maxsize=20_000)  # every number block of a text column asks about the same texts
def numbers_of(text: str) -> Mapping[str, float]:
    """Return the numbers in a clean text by key; the first of a key counts.

    Keys are the letters before (``OD>``) or after (``<T``) a number, and its place in a chain of
    two to four numbers joined by a cross, star or slash (``3#1``).  Numbers followed by an inch
    sign, their own or the one at the end of their chain, are given in millimetres.
    """
    found: dict[str, float] = {}
    for chain in _chains(text):
        is_inch = _INCH.match(text, chain[-1].end()) is not None
        for place, match in enumerate(chain, start=1):
            number = _value(match)
            if is_inch or (len(chain) > 1 and _INCH.match(text, match.end())):
                number *= INCH
            if 2 <= len(chain) <= 4:
                found.setdefault(f"{len(chain)}#{place}", number)
            before = _BEFORE.search(text, max(0, match.start() - 11), match.start())
            if before and before.group(1) != "X":
                found.setdefault(f"{before.group(1)}>", number)
            after = _AFTER.match(text, match.end())
            if after and not after.group(1).startswith("X"):
                found.setdefault(f"<{after.group(1)}", number)
    return found


def _value(match: re.Match[str]) -> float:
    if match.lastindex:
        return read_fraction(match.group(1), match.group(2))
    return read_figure(match.group()[:15])


def _chains(text: str) -> list[list[re.Match[str]]]:
    chains: list[list[re.Match[str]]] = []
    is_plain = not ("," in text or "/" in text or "\u2044" in text)  # most are: it is faster
    for match in (_PLAIN if is_plain else _NUMBER).finditer(text):
        last = chains[-1][-1] if chains else None
        if last and _LINK.fullmatch(text, last.end(), match.start()):
            chains[-1].append(match)
        else:
            chains.append([match])
    return chains
