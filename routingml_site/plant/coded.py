"""Columns of few values over many rows: small codes while the plant is made, plain text at the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd


def coded(values: Sequence[str], codes: npt.NDArray[np.int64]) -> pd.Categorical:
    """Return ``values[codes]`` without repeating the values; -1 is missing."""
    wanted = pd.Index(values)
    if wanted.is_unique:
        return pd.Categorical.from_codes(codes, categories=wanted)
    unique, where = np.unique(np.asarray(values, dtype=object), return_inverse=True)
    return pd.Categorical.from_codes(np.where(codes < 0, -1, where[codes]), categories=unique)


def constant(value: str, count: int) -> pd.Categorical:
    """Return the same value ``count`` times."""
    return coded([value], np.zeros(count, dtype=np.int64))


def missing(count: int) -> pd.Categorical:
    """Return a text column in which nothing is written."""
    return coded([""], np.full(count, -1))


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its coded columns as ordinary text, as a reader of files has them."""
    texts = {
        name: "str" for name, kind in frame.dtypes.items()
        if isinstance(kind, pd.CategoricalDtype) or kind == object
    }
    return frame.astype(texts)
