"""What goes wrong between typing and reading: rows twice, and rows of items that do not exist."""

from __future__ import annotations

import numpy as np
import pandas as pd

TWICE = 0.002
"""Share of rows that are there twice, key and all."""
STRAY = 0.0015
"""Share of items whose routings or reports carry a code that the item table does not know."""


def soiled(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the table with some rows repeated and some item codes nobody knows."""
    strayed = _with_strays(table, rng)
    again = np.sort(rng.choice(len(table), int(len(table) * TWICE), replace=False))
    order = np.sort(np.concatenate([np.arange(len(table)), again]))
    return strayed.take(order).reset_index(drop=True)


def _with_strays(table: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    codes = pd.Categorical(table["ITEM_CD"])
    stray = rng.random(len(codes.categories)) < STRAY
    known = codes.categories.tolist()
    renamed = {code: f"Z{code[1:]}" for code, lost in zip(known, stray, strict=True) if lost}
    return table.assign(ITEM_CD=codes.rename_categories(renamed))
