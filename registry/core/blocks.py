"""The blocks a feature matrix is made of: one text column, or one number, each on its own.

A block is learned from training items and then encodes any items the same way.  Its first column
always means "missing", so that an attribute can be blanked by arithmetic alone.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from registry.core.cleaning import Factor, code_key

MISSING = "missing"
RARE = "rare"
_WORD = re.compile(r"[A-Z]+|\d+(?:\.\d+)?|[가-힣]+|[^\sA-Z0-9가-힣]")
_CHUNK = re.compile(r"[^\s,;/()\[\]:=]+")


@dataclass(frozen=True, slots=True)
class FeatureLimits:
    """How large the blocks may grow."""

    min_count: int = 3
    values: int = 400
    words: int = 500
    trigrams: int = 400
    trigram_from_values: int = 200
    bins: int = 24
    keyed_numbers: int = 8
    keyed_share: float = 0.01


def words_of(text: str) -> set[str]:
    """Return the chunks of a clean text, their letter and digit parts, and adjacent chunk pairs."""
    chunks = _CHUNK.findall(text)
    found = set(chunks)
    for chunk in chunks:
        found.update(_WORD.findall(chunk))
    found.update(f"{a} {b}" for a, b in itertools.pairwise(chunks))
    return found


def trigrams_of(text: str) -> set[str]:
    """Return the character trigrams of a clean text, spaces squeezed out."""
    packed = f"<{code_key(text)}>"
    return {packed[i : i + 3] for i in range(len(packed) - 2)}


class TextBlock:
    """One text column: whole values, words and trigrams that occur often enough."""

    def __init__(self, attribute: str, tokens: Sequence[str]) -> None:
        self.attributes = (attribute,)
        self.tokens = tuple(tokens)
        self._index = {token: position for position, token in enumerate(self.tokens)}
        self._trigrams = any(token.startswith("c:") for token in self.tokens)

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.tokens)

    @classmethod
    def fit(cls, attribute: str, column: Factor, limits: FeatureLimits) -> TextBlock:
        """Choose the tokens of a column by the number of rows that have them."""
        counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
        values: Counter[str] = Counter()
        words: Counter[str] = Counter()
        trigrams: Counter[str] = Counter()
        wide = len(column.values) > limits.trigram_from_values
        for value, count in zip(column.values, counts.tolist(), strict=True):
            if not count:
                continue
            values["=" + code_key(value)] += count
            for word in words_of(value):
                words["w:" + word] += count
            if wide:
                for trigram in trigrams_of(value):
                    trigrams["c:" + trigram] += count
        rows = len(column.codes)
        kept = [
            *_frequent(values, limits.min_count, limits.values, rows),
            *_frequent(words, limits.min_count, limits.words, rows),
            *_frequent(trigrams, limits.min_count, limits.trigrams, rows),
        ]
        block = cls(attribute, [MISSING, RARE, *kept])
        return cls(attribute, block._distinct(column.values))

    def _distinct(self, values: Sequence[str]) -> list[str]:
        """Return the tokens without those that stand on the same values as an earlier one."""
        marks = np.zeros(self.width)
        weight = np.random.default_rng(0).random(len(values))
        for value, mark in zip(values, weight.tolist(), strict=True):
            marks[self.encode(value)] += mark
        first: dict[float, str] = {}
        for token, mark in zip(self.tokens[2:], np.round(marks[2:], 9).tolist(), strict=True):
            first.setdefault(mark, token)
        return [MISSING, RARE, *first.values()]

    def encode(self, value: str) -> list[int]:
        """Return the columns, within the block, that a clean value has."""
        index = self._index
        found = [index[key] for key in ("w:" + word for word in words_of(value)) if key in index]
        if self._trigrams:
            keys = ("c:" + trigram for trigram in trigrams_of(value))
            found += [index[key] for key in keys if key in index]
        whole = index.get("=" + code_key(value))
        found.append(1 if whole is None else whole)
        return sorted(found)

    def to_json(self) -> dict[str, Any]:
        """Return what ``block_from_json`` takes."""
        return {"kind": "text", "attribute": self.attributes[0], "tokens": list(self.tokens)}


class NumberBlock:
    """One number: missing, scaled logarithm, and thermometer bins at training quantiles.

    ``source`` says where the number comes from: an attribute, a keyed number of a text, or the
    ratio or difference of two attributes.
    """

    def __init__(self, source: Mapping[str, Any], edges: Sequence[float], mean: float, sd: float):
        self.source = dict(source)
        self.attributes = tuple(source["attributes"])
        self.edges = np.asarray(edges, dtype=np.float64)
        self.mean, self.sd = mean, sd

    @property
    def width(self) -> int:
        """Number of columns."""
        return 2 + len(self.edges)

    @classmethod
    def fit(cls, source: Mapping[str, Any], numbers: np.ndarray, bins: int) -> NumberBlock | None:
        """Learn scale and bin edges from figures (n,); None when they hardly vary."""
        known = numbers[np.isfinite(numbers)]
        if len(known) < 3:
            return None
        edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1], method="lower"))
        if len(edges) < 2 and len(np.unique(known)) < 2:
            return None
        logs = logs_of(known)
        return cls(source, edges.tolist(), float(logs.mean()), float(logs.std()) or 1.0)

    def to_json(self) -> dict[str, Any]:
        """Return what ``block_from_json`` takes."""
        return {
            "kind": "number",
            "source": self.source,
            "edges": self.edges.tolist(),
            "mean": self.mean,
            "sd": self.sd,
        }


Block = TextBlock | NumberBlock


def block_from_json(data: Mapping[str, Any]) -> Block:
    """Rebuild a block from its JSON form."""
    if data["kind"] == "text":
        return TextBlock(data["attribute"], data["tokens"])
    return NumberBlock(data["source"], data["edges"], data["mean"], data["sd"])


def _frequent(counts: Counter[str], least: int, most: int, rows: int) -> list[str]:
    """Return tokens on at least ``least`` rows and not on all, the commonest first."""
    kept = [(-count, token) for token, count in counts.items() if least <= count < rows]
    return [token for _, token in sorted(kept)[:most]]


def logs_of(numbers: np.ndarray) -> np.ndarray:
    """Return sign(x) log(1 + |x|)."""
    logs: np.ndarray = np.sign(numbers) * np.log1p(np.abs(numbers))
    return logs
