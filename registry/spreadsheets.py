"""Tables that people open in a spreadsheet: no text in them may become a formula."""

from __future__ import annotations

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet that opens a CSV file takes for the beginning of a formula."""


def harmless(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would calculate."""
    return f"'{text}" if text.startswith(FORMULA) else text
