"""Columns of few values over many rows: codes while the plant is made, plain text at the end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from routingml_site.plant.streams import Ints


def coded(values: Sequence[str] | pd.Index[str], codes: Ints) -> pd.Categorical[str]:
    """Return ``values[codes]`` without repeating the values; -1 is missing."""
    where, distinct = pd.factorize(pd.Index(values))
    return pd.Categorical.from_codes(np.append(where, -1)[codes], distinct)


def constant(value: str, count: int) -> pd.Categorical[str]:
    """Return the same value ``count`` times."""
    return coded([value], np.zeros(count, dtype=np.int64))


def missing(count: int) -> pd.Categorical[str]:
    """Return a text column in which nothing is written."""
    return coded([""], np.full(count, -1))


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its coded columns as ordinary text, as a reader of files has them."""
    texts = frame.select_dtypes(include=["category", "object", "str"]).columns
    return frame.astype(dict.fromkeys(texts, "str"))
