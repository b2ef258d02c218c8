"""Cells of an ERP table as typed columns: codes and words, numbers, dates, yes or no.

Each function takes a column as any driver or file gives it (texts, numbers, Excel floats, dates,
decimals) and returns its values and the cells that could not be read.  Text-like columns are worked
on by distinct value, so millions of rows cost as much as their distinct values.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from registry.core.cleaning import parse_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DATE_FORMATS = ("ISO8601", "%Y%m%d", "%Y%m%d%H%M%S", "%Y/%m/%d", "%Y.%m.%d", "%Y/%m/%d %H:%M:%S")
NO_DATE = frozenset({"0", "00000000", "0000-00-00", "0000-00-00 00:00:00"})
"""What ERP systems write where there is no date."""

NO_NUMBER = frozenset({"", "nan", "null"})
"""What stands in a number's place where there is none."""

_OFFSET = r"(?<=:\d\d)((?:\.\d+)?)\s*(?:Z|[+-]\d\d:?\d\d)$"
"""A time zone behind a time of day: dates are the plant's own, so the wall clock is kept."""


@dataclass(frozen=True, slots=True)
class Cast:
    """A column after reading: its values, which cells could not be read, what was mended."""

    values: pd.Series
    bad: np.ndarray
    mended: dict[str, int] = field(default_factory=dict)


def codes(column: pd.Series) -> Cast:
    """Read codes: text without spaces around it; ``10.0`` from a spreadsheet is the code ``10``."""
    return _words(column, lambda value: _text_of(value).strip())


def texts(column: pd.Series) -> Cast:
    """Read words as they are; what is only blank is missing."""
    return _words(column, _text_of)


def numbers(column: pd.Series, *, attribute: bool = False) -> Cast:
    """Read numbers as float64, NaN where there is none.

    An infinite cell becomes missing and is counted.  An item attribute may come as text such as
    ``85.0 mm``, and a cell without any number in it is missing and counted; elsewhere such a cell
    is bad, and a negative figure (of a time, a quantity, a price) is missing and counted.
    """
    values, unread = _floats(column, parse_number if attribute else _plain_number)
    infinite = np.isinf(values)
    mended = {"not a finite number": int(infinite.sum())}
    values[infinite] = math.nan
    if attribute:
        mended["no number in it"] = int(unread.sum())
        unread = np.zeros(len(column), dtype=bool)
    else:
        negative = values < 0
        mended["negative"] = int(negative.sum())
        values[negative] = math.nan
    return Cast(pd.Series(values, index=column.index), unread, _counted(mended))


def pieces(column: pd.Series) -> Cast:
    """Read how many pieces a time is for: blank is one, zero or less makes the time unknowable."""
    cast = numbers(column)
    blank = codes(column).values.isna().to_numpy()
    values = cast.values.mask(blank, 1.0)
    none = (values == 0).to_numpy()
    mended = cast.mended | {"blank, read as 1": int(blank.sum()), "zero": int(none.sum())}
    return Cast(values.mask(none), cast.bad, _counted(mended))


def whole_numbers(column: pd.Series) -> Cast:
    """Read whole numbers such as operation sequences, as float64 (NaN where blank)."""
    values, bad = _floats(column, _plain_number)
    with np.errstate(invalid="ignore"):
        bad |= np.isinf(values) | (values != np.floor(values)) & ~np.isnan(values)
        bad |= np.abs(values) > 2**31
    return Cast(pd.Series(np.where(bad, math.nan, values), index=column.index), bad)


def dates(column: pd.Series) -> Cast:
    """Read dates and times: ISO, yyyymmdd, driver dates; ``00000000`` is missing and counted."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        naive = column.dt.tz_localize(None)
        return Cast(naive.astype("datetime64[us]"), np.zeros(len(column), dtype=bool))
    places, distinct = _distinct(column)
    words = pd.Series([_text_of(value).strip() for value in distinct], dtype="str")
    empty = words.isin(NO_DATE).to_numpy()
    parsed = _parse_dates(words.mask(words.isin(NO_DATE) | (words == "")))
    unread = (parsed.isna() & (words != "")).to_numpy() & ~empty
    values = parsed.array.take(places, allow_fill=True)
    return Cast(
        pd.Series(values, index=column.index),
        _at(unread, places),
        _counted({"no date": int(_at(empty, places).sum())}),
    )


def flags(column: pd.Series, *, yes: Iterable[str], no: Iterable[str]) -> Cast:
    """Read yes or no by the given words, in any case; a blank is no and is counted."""
    meaning = {_folded(word): False for word in no} | {_folded(word): True for word in yes}
    places, distinct = _distinct(column)
    words = [_folded(_text_of(value)) for value in distinct]
    blank = _at(np.array([word == "" for word in words], dtype=bool), places) | (places < 0)
    unknown = _at(np.array([bool(w) and w not in meaning for w in words], dtype=bool), places)
    values = _at(np.array([meaning.get(word, False) for word in words], dtype=bool), places)
    return Cast(
        pd.Series(values, index=column.index), unknown, _counted({"blank": int(blank.sum())})
    )


def _words(column: pd.Series, reading: Callable[[Any], str]) -> Cast:
    places, distinct = _distinct(column)
    words = [reading(value) for value in distinct]
    array = pd.array([word if word.strip() else None for word in words], dtype="str")
    values = pd.Series(array.take(places, allow_fill=True), index=column.index)
    return Cast(values, np.zeros(len(column), dtype=bool))


def _distinct(column: pd.Series) -> tuple[np.ndarray, list[Any]]:
    """Return for each row the place of its value among the distinct ones, -1 when missing."""
    places, distinct = pd.factorize(column)
    return places, list(distinct)


def _at(marks: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return the mark of each row's distinct value, False where the row has none."""
    found: np.ndarray = np.append(marks, np.False_)[places]
    return found


def _text_of(value: Any) -> str:
    """Return a cell as text: whole floats without their ``.0``, bytes decoded."""
    if isinstance(value, str):
        return value
    if isinstance(value, (float, np.floating)):
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return str(value)


def _floats(column: pd.Series, reading: Callable[[Any], float]) -> tuple[np.ndarray, np.ndarray]:
    """Return float64 values and which filled cells have no number."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if pd.api.types.is_numeric_dtype(column.dtype):
        return column.to_numpy(dtype=np.float64, na_value=math.nan, copy=True), np.zeros(
            len(column), dtype=bool
        )
    values = pd.to_numeric(column, errors="coerce").to_numpy(
        dtype=np.float64, na_value=math.nan, copy=True
    )
    left = np.flatnonzero(np.isnan(values) & column.notna().to_numpy())
    unread = np.zeros(len(column), dtype=bool)
    places, distinct = _distinct(column.iloc[left])
    parsed = np.array([reading(cell) for cell in distinct], dtype=np.float64)
    blank = np.array([_text_of(cell).strip().casefold() in NO_NUMBER for cell in distinct], bool)
    values[left] = parsed[places]
    unread[left] = (np.isnan(parsed) & ~blank)[places]
    return values, unread


def _plain_number(value: Any) -> float:
    """Return a number that may have thousands separators or wide digits, NaN when it is none."""
    text = unicodedata.normalize("NFKC", _text_of(value)).strip()
    head, comma, tail = text.partition(",")
    if comma and not all(len(part.split(".")[0]) == 3 for part in tail.split(",")):
        return math.nan
    try:
        return float((head + tail).replace(",", ""))
    except ValueError:
        return math.nan


def _parse_dates(words: pd.Series) -> pd.Series:
    """Parse each word by the first format that fits it."""
    words = words.str.replace(_OFFSET, r"\1", regex=True)
    parsed = pd.Series(pd.NaT, index=words.index, dtype="datetime64[us]")
    for form in DATE_FORMATS:
        open_places = parsed.isna() & words.notna()
        if form == "ISO8601":  # it would also take 20240101, and 2024 as a year
            open_places &= words.str.contains("-", regex=False, na=False)
        if open_places.any():
            found = pd.to_datetime(words[open_places], format=form, errors="coerce")
            parsed[open_places] = found.astype("datetime64[us]")
    return parsed


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).strip().casefold()


def _counted(mended: dict[str, int]) -> dict[str, int]:
    return {what: count for what, count in mended.items() if count}
