"""Rows set aside: which row of a table, which column, what was there, and why it is no use.

A list of rejected rows is a frame ``row, column, value, reason``, one line a row, so that its
length is the number of rows set aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS = ("row", "column", "value", "reason")
VALUE_SHOWN = 80
"""Characters of a rejected cell that are repeated in a report."""


def none() -> pd.DataFrame:
    """Return the list of no rows."""
    words = {name: pd.Series(dtype="str") for name in COLUMNS[1:]}
    return pd.DataFrame({"row": pd.Series(dtype="int64")} | words)


def rows(numbers: Any, *, column: str, values: Any = None, reason: str | list[str]) -> pd.DataFrame:
    """Return one line for each row number; ``values`` are the cells, cut short to be shown."""
    count = len(numbers)
    cells = [""] * count if values is None else [_shown(value) for value in values]
    reasons = [reason] * count if isinstance(reason, str) else reason
    return pd.DataFrame(
        {
            "row": np.asarray(numbers, dtype=np.int64),
            "column": pd.Series([column] * count, dtype="str"),
            "value": pd.Series(cells, dtype="str"),
            "reason": pd.Series(reasons, dtype="str"),
        }
    )


def joined(lists: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """Join lists into one, in row order, with the first reason given for each row."""
    filled = [frame for frame in lists if len(frame)]
    if not filled:
        return none()
    together = pd.concat(filled, ignore_index=True).sort_values("row", kind="stable")
    return together.drop_duplicates("row").reset_index(drop=True)


def _shown(value: object) -> str:
    text = "" if value is None or value != value else str(value)  # NaN differs from itself
    return text if len(text) <= VALUE_SHOWN else text[: VALUE_SHOWN - 1] + "…"
