"""Numbers as a reader's language writes them, and whole ones as addresses and forms send them.

Written ones are rounded: Django's own function cuts digits off.
"""

from __future__ import annotations

from functools import lru_cache

from django.utils.formats import number_format
from django.utils.translation import get_language, override

MOST_SURE = 0.99
MOST_DIGITS = 15
"""Of a whole number that somebody sends: every database keeps it."""


def number(value: float, digits: int = 2) -> str:
    """Write a number with a fixed count of digits."""
    return _number(round(value, digits), digits, get_language())


def percent(share: float, digits: int = 0) -> str:
    """Write a share from 0 to 1 as percent."""
    return f"{number(share * 100, digits)} %"


def sure(share: float, digits: int = 0) -> str:
    """Write how sure an answer is; nothing is ever 100 % sure."""
    return percent(min(share, MOST_SURE), digits)


def whole(text: str | None) -> int | None:
    """Return the whole number that somebody sent, None where it is none that can be meant."""
    if not text or len(text) > MOST_DIGITS or not (text.isascii() and text.isdigit()):
        return None
    return int(text)


@lru_cache(maxsize=4096)
def _number(value: float, digits: int, language: str | None) -> str:
    """Return a number in a language; an answer shows the same ones many times."""
    with override(language):
        return number_format(value, digits)
