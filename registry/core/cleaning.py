"""Items as the ERP wrote them, made comparable: one spelling, one unit, one kind of "unknown".

A plant's item master holds ``"SUS 316-L"`` beside ``"sus316l"``, inches beside millimetres, and 0
or 9,999 where nobody knew the size.  ``clean_items`` turns a table, or the few items of a request,
into columns of distinct values (``Factor``) and float arrays, and counts what it mended.  It learns
nothing, so an item is cleaned the same way in training and in a request.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

import numpy as np

from registry.core.items import RawColumn, RawItems
from registry.core.progress import Report, tell_nobody

MISSING_WORDS = frozenset(
    {
        "",
        "-",
        "--",
        "---",
        ".",
        "?",
        "N/A",
        "#N/A",
        "NA",
        "NAN",
        "NULL",
        "NONE",
        "<NA>",
        "NAT",
        "없음",
    }
)
MILLIMETRES: Mapping[str, float] = {
    "MM": 1.0, "CM": 10.0, "M": 1000.0, "IN": 25.4, "IN.": 25.4, "INCH": 25.4, "INCHES": 25.4,
    '"': 25.4, "''": 25.4, "\u2032\u2032": 25.4, "\u201d": 25.4, "인치": 25.4,
}  # fmt: skip
"""Length units, in upper case, to millimetres; an unknown or blank unit counts as millimetres."""

RECENT = 4_000
"""Values whose clean text is remembered."""
MAX_TEXT = 2000
"""Characters of a text that are looked at: no rule of making an item sits beyond them."""

_SPACES = re.compile(r"\s+")
_SEPARATOR = re.compile(r"(?<![0-9])[\s_\-]+|[\s_\-]+(?![0-9])")
_SMALL_FRACTION = re.compile(r"(?<=\d)(?=[\u00bc-\u00be\u2150-\u215e])")
NUMBER = (
    r"(?:[1-9]\d{0,2}(?:,\d{3})+(?!\d|,\d)(?:\.\d+)?"  # 1,250 and 1,250.5
    r"|(?<!\d,)\d+,\d+(?!\d|[.,]\d)"  # 85,5
    r"|\d+(?:\.\d+)?)"
)
"""A figure as people write it; ``read_figure`` reads it."""
FRACTION = (
    r"(?:(\d+) )?((?:1(?=.2)|[13](?=.4)|[1357](?=.8)|(?:[13579]|1[135])(?=.16)"
    r"|(?:[12]?[13579]|31)(?=.32)|(?:[1-5]?[13579]|6[13])(?=.64))[/\u2044]\d{1,2})(?![\d/])"
)
"""An inch fraction in its lowest terms, such as ``1 1/2``; ``read_fraction`` reads it."""
_NUMBER = re.compile(rf"([-+]?)(?:{FRACTION}|({NUMBER}|(?<!\w)\.\d+)((?:[eE][-+]?\d+)?))")


class AttributeKind(StrEnum):
    """How an attribute's values are compared."""

    TEXT = "text"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An item attribute the model looks at.

    ``unit_column`` names the attribute that carries the length unit of a number; ``sentinels`` are
    figures that mean "unknown"; a number with sentinels is a size, so a negative one is unknown
    too.
    """

    name: str
    kind: AttributeKind = AttributeKind.TEXT
    unit_column: str | None = None
    sentinels: tuple[float, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        return {
            "name": self.name,
            "kind": str(self.kind),
            "unit_column": self.unit_column,
            "sentinels": list(self.sentinels),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Attribute:
        """Rebuild an attribute from its JSON form."""
        return cls(
            name=data["name"],
            kind=AttributeKind(data["kind"]),
            unit_column=data["unit_column"],
            sentinels=tuple(data["sentinels"]),
        )


@dataclass(frozen=True, slots=True)
class Factor:
    """A text column as its distinct values and, for each row, which one (-1 is missing)."""

    values: tuple[str, ...]
    codes: np.ndarray

    def at(self, row: int) -> str | None:
        """Return the row's value, None when missing."""
        code = int(self.codes[row])
        return self.values[code] if code >= 0 else None


@dataclass(frozen=True, slots=True)
class CleanItems:
    """Cleaned items: texts as factors, numbers as float64 in millimetres (NaN is unknown)."""

    codes: Sequence[str]
    texts: Mapping[str, Factor]
    numbers: Mapping[str, np.ndarray]
    mended: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.codes)

    def repeated(self, row: int, times: int) -> CleanItems:
        """Return one of the items so many times."""
        known, missing = np.zeros(times, np.int32), np.full(times, -1, np.int32)
        texts = {}
        for name, factor in self.texts.items():
            value = factor.at(row)
            texts[name] = Factor((), missing) if value is None else Factor((value,), known)
        numbers = {name: np.full(times, column[row]) for name, column in self.numbers.items()}
        return CleanItems([self.codes[row]] * times, texts, numbers)


@lru_cache(maxsize=RECENT, typed=True)
def clean_text(value: object) -> str | None:
    """Return text in one form (NFKC, upper case, single spaces), None when it says nothing."""
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = _normalised(str(value)).upper()
    text = _SPACES.sub(" ", text).strip()
    return None if text in MISSING_WORDS else text


def _normalised(text: str) -> str:
    """Return the first of a text in one form; ``1\u00bd`` is ``1 1/2`` then, and not ``11/2``."""
    text = text[:MAX_TEXT]
    if text.isascii():
        return text
    return unicodedata.normalize("NFKC", _SMALL_FRACTION.sub(" ", text))


def code_key(text: str) -> str:
    """Return the spelling-free form of a clean code: ``SUS-316 L`` and ``SUS316L`` are one.

    A separator between two digits stays, because ``1-15`` and ``11-5`` are two codes.
    """
    return _SEPARATOR.sub("", text)


def read_figure(text: str) -> float:
    """Return a figure that ``NUMBER`` found: a comma before three digits parts thousands."""
    if "," not in text:
        return float(text)
    head, _, tail = text.partition(",")
    if tail.isdigit() and (len(tail) != 3 or len(head) > 3 or head.startswith("0")):
        return float(f"{head}.{tail}")
    return float(text.replace(",", ""))


def read_fraction(whole: str | None, part: str) -> float:
    """Return what ``FRACTION`` found."""
    upper, _, lower = part.replace("\u2044", "/").partition("/")
    return float((whole or "0")[:15]) + int(upper) / int(lower)


def parse_number(value: object) -> float:
    """Return a finite number, also from text such as ``85.0 mm``; NaN when there is none.

    ``85,5`` is 85.5 and ``1,250`` is 1250: a comma before exactly three digits parts thousands.
    """
    if isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:  # an integer of hundreds of digits
            number = math.inf
    else:
        found = _NUMBER.search(_normalised(str(value))) if value is not None else None
        number = _read(found) if found else math.nan
    return number if math.isfinite(number) else math.nan


def _read(found: re.Match[str]) -> float:
    sign, whole, part, figure, power = found.groups()
    if part:
        number = read_fraction(whole, part)
    elif "," in figure:
        number = read_figure(figure) * float(f"1{power}")
    else:
        number = float(figure + power)
    return -number if sign == "-" else number


def clean_items(
    source: RawItems, attributes: Sequence[Attribute], report: Report = tell_nobody
) -> CleanItems:
    """Clean items, a whole plant's or the few of a request; an absent attribute is missing.

    Args:
        source: items as read.
        attributes: what the model looks at.
        report: told after every attribute; may raise to stop.
    """
    nothing = RawColumn([], np.full(len(source), -1, dtype=np.int32))
    raw = {a.name: source.columns.get(a.name, nothing) for a in attributes}
    mended: Counter[str] = Counter()
    texts: dict[str, Factor] = {}
    numbers: dict[str, np.ndarray] = {}
    # Texts first: they hold the units of the numbers.
    ordered = sorted(attributes, key=lambda attribute: attribute.kind is AttributeKind.NUMBER)
    for place, each in enumerate(ordered):
        report(place / len(ordered))
        if each.kind is AttributeKind.TEXT:
            texts[each.name] = _clean_factor(raw[each.name], each.name, mended)
        else:
            numbers[each.name] = _clean_numbers(raw[each.name], each, texts, mended)
    return CleanItems(source.codes, texts, numbers, mended)


def _clean_factor(raw: RawColumn, name: str, mended: Counter[str]) -> Factor:
    seen: dict[str, int] = {}
    meant = [clean_text(value) for value in raw.values]
    mapping = [-1 if text is None else seen.setdefault(text, len(seen)) for text in meant]
    if len(seen) == len(raw.values):  # nothing is blank, nothing is merged
        return Factor(tuple(seen), raw.codes)
    codes = np.array([*mapping, -1], dtype=np.int32)[raw.codes]
    if -1 in mapping and (blanks := int(((raw.codes >= 0) & (codes < 0)).sum())):
        mended[f"{name}: blank"] += blanks
    if len(seen) < len(raw.values):
        mended[f"{name}: spellings merged"] += len(raw.values) - len(seen)
    return Factor(tuple(seen), codes)


def _clean_numbers(
    raw: RawColumn, attribute: Attribute, texts: Mapping[str, Factor], mended: Counter[str]
) -> np.ndarray:
    figures = [*(parse_number(value) for value in raw.values), math.nan]
    unknown: list[int] = []
    if attribute.sentinels:
        sentinels = set(attribute.sentinels)
        unknown = [code for code, x in enumerate(figures) if x < 0 or x in sentinels]
    table = np.array(figures)
    if unknown:
        table[unknown] = math.nan
        is_unknown = np.zeros(len(table), dtype=bool)
        is_unknown[unknown] = True
        if meant := int(is_unknown[raw.codes].sum()):
            mended[f"{attribute.name}: figure that means unknown"] += meant
    numbers = table[raw.codes]
    unit = texts.get(attribute.unit_column or "")
    factors = [MILLIMETRES.get(value, 1.0) for value in (unit.values if unit else ())]
    if unit is not None and any(factor != 1.0 for factor in factors):
        factor = np.array([*factors, 1.0])[unit.codes]
        mended[f"{attribute.name}: converted to millimetres"] += int(
            ((factor != 1.0) & np.isfinite(numbers)).sum()
        )
        with np.errstate(over="ignore"):  # what is too large is infinite, and that is unknown
            numbers = numbers * factor
        numbers[np.isinf(numbers)] = math.nan
    return np.asarray(numbers)
