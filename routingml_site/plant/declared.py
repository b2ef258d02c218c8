"""Reads the plant's declared tables: operations, materials and product families."""

from __future__ import annotations

import csv
from pathlib import Path

_FOLDER = Path(__file__).parent / "data"


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of one declared table by column."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def words(text: str) -> tuple[str, ...]:
    """Split a cell that holds several spellings."""
    return tuple(word for word in text.split("|") if word)
