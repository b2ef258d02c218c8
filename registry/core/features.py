"""Clean items to one sparse float32 matrix.

Learned from training items only, and then the same for every item ever asked about.  A text column
becomes its whole value (for codes that repeat), its words and, where values are many, its character
trigrams; a number becomes its scaled logarithm and thermometer bins at quantiles, so that a rule such
as "over 250 mm" is one step.  Numbers hidden in texts (``OD120 x 15T``) are found by the letters
beside them and treated like any other number.  Pairs of sizes give their ratio and difference.

The matrix is laid out in *blocks*, one or more for each attribute, so that an attribute can be
blanked or weighted without encoding anything anew.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from scipy import sparse

from registry.core.cleaning import Attribute, CleanItems, Factor, code_key

MISSING = "missing"
RARE = "rare"
_WORD = re.compile(r"[A-Z]+|\d+(?:\.\d+)?|[가-힣]+|[^\sA-Z0-9가-힣]")
_CHUNK = re.compile(r"[^\s,;/()\[\]:=]+")
_KEYED = re.compile(r"([^\W\d_]{1,8}|[ØΦ⌀])?[\s.:=]{0,2}(\d+(?:\.\d+)?)\s?([^\W\d_]{1,6})?")


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
    found.update(f"{a} {b}" for a, b in zip(chunks, chunks[1:], strict=False))
    return found


def trigrams_of(text: str) -> set[str]:
    """Return the character trigrams of a clean text, spaces squeezed out."""
    packed = f"<{code_key(text)}>"
    return {packed[i : i + 3] for i in range(len(packed) - 2)}


def keyed_numbers_of(text: str) -> dict[str, float]:
    """Return the numbers in a clean text by the letters before or after them, else by their place.

    ``OD120 X 98 X 15T`` gives ``OD>`` 120, ``#1`` 120, ``#2`` 98, ``#3`` 15 and ``<T`` 15.
    """
    found: dict[str, float] = {}
    for place, match in enumerate(_KEYED.finditer(text), start=1):
        before, digits, after = match.groups()
        number = float(digits[:15])
        if place <= 3:
            found.setdefault(f"#{place}", number)
        if before and before != "X":
            found.setdefault(f"{before}>", number)
        if after and after != "X":
            found.setdefault(f"<{after}", number)
    return found


class TextBlock:
    """One text column: whole values, words and trigrams that occur often enough."""

    def __init__(self, attribute: str, tokens: Sequence[str]) -> None:
        self.attributes = (attribute,)
        self.tokens = tuple(tokens)
        self._index = {token: position for position, token in enumerate(self.tokens)}
        self._trigrams = any(token.startswith("c:") for token in self.tokens)
        self._values = any(token.startswith("=") for token in self.tokens)

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
        return cls(attribute, [MISSING, RARE, *kept])

    def rows(self, items: CleanItems) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return for each item its number of entries, then all their columns and values."""
        column = items.texts.get(self.attributes[0])
        if column is None:
            codes, encoded = np.full(len(items), -1), []
        else:
            codes, encoded = column.codes, [self._encode(value) for value in column.values]
        encoded.append([0])
        lengths = np.array([len(entries) for entries in encoded])
        flat = np.fromiter((i for entries in encoded for i in entries), np.int32, lengths.sum())
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        row_lengths = lengths[codes]
        positions = np.repeat(starts[codes], row_lengths) + _within(row_lengths)
        return row_lengths, flat[positions], np.ones(len(positions), dtype=np.float32)

    def _encode(self, value: str) -> list[int]:
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

    ``source`` says where the number comes from: an attribute, a keyed number of a text, or the ratio
    or difference of two attributes.
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
    def fit(cls, source: Mapping[str, Any], items: CleanItems, bins: int) -> NumberBlock | None:
        """Learn scale and bin edges; None when the number hardly varies."""
        numbers = _numbers_of(source, items)
        known = numbers[np.isfinite(numbers)]
        if len(known) < 3:
            return None
        edges = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1], method="lower"))
        if len(edges) < 2 and len(np.unique(known)) < 2:
            return None
        logs = _log(known)
        return cls(source, edges.tolist(), float(logs.mean()), float(logs.std()) or 1.0)

    def rows(self, items: CleanItems) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return for each item its number of entries, then all their columns and values."""
        numbers = _numbers_of(self.source, items)
        known = np.isfinite(numbers)
        steps = np.where(known, np.searchsorted(self.edges, numbers, side="left"), 0)
        lengths = 1 + steps
        columns = 1 + _within(lengths)
        first = np.concatenate([[0], np.cumsum(lengths)[:-1]]).astype(np.int64)
        values = np.ones(len(columns), dtype=np.float32)
        columns[first] = np.where(known, 1, 0)
        scaled = np.clip((_log(np.where(known, numbers, 0.0)) - self.mean) / self.sd, -4, 4)
        values[first] = np.where(known, scaled, 1.0)
        return lengths, columns.astype(np.int32), values

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


class FeatureAssembler:
    """Turns clean items into a sparse matrix (items x features, float32), block by block."""

    def __init__(self, attributes: Sequence[Attribute], blocks: Sequence[Block]) -> None:
        self.attributes = tuple(attributes)
        self.blocks = tuple(blocks)
        widths = [block.width for block in self.blocks]
        self.offsets = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)

    @property
    def width(self) -> int:
        """Number of features."""
        return int(self.offsets[-1])

    @property
    def schema_hash(self) -> str:
        """A hash of attributes, tokens and bins: equal for encoders that encode alike."""
        text = json.dumps(self.to_json(), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @classmethod
    def fit(
        cls, items: CleanItems, attributes: Sequence[Attribute], limits: FeatureLimits
    ) -> FeatureAssembler:
        """Learn the blocks from training items."""
        blocks: list[Block] = []
        for attribute in attributes:
            column = items.texts.get(attribute.name)
            if column is not None and (column.codes >= 0).any():
                blocks.append(TextBlock.fit(attribute.name, column, limits))
        for source in _number_sources(items, attributes, limits):
            block = NumberBlock.fit(source, items, limits.bins)
            if block is not None:
                blocks.append(block)
        return cls(attributes, blocks)

    def transform(
        self, items: CleanItems, weights: Mapping[str, float] | None = None
    ) -> sparse.csr_matrix:
        """Return the features of items.

        Args:
            items: n clean items.
            weights: factors on the blocks of the named attributes.

        Returns:
            CSR matrix (n, width), float32.
        """
        parts = [block.rows(items) for block in self.blocks]
        totals = np.sum([lengths for lengths, _, _ in parts], axis=0, dtype=np.int64)
        indptr = np.concatenate([[0], np.cumsum(totals)])
        indices = np.empty(indptr[-1], dtype=np.int32)
        data = np.empty(indptr[-1], dtype=np.float32)
        cursor = indptr[:-1].copy()
        for block, offset, (lengths, columns, values) in zip(
            self.blocks, self.offsets[:-1], parts, strict=True
        ):
            places = np.repeat(cursor, lengths) + _within(lengths)
            indices[places] = columns + offset
            data[places] = values * _factor(block, weights)
            cursor += lengths
        return sparse.csr_matrix((data, indices, indptr), shape=(len(items), self.width))

    def blocks_of(self, attribute: str) -> list[int]:
        """Return the positions of the blocks that look at an attribute."""
        return [i for i, block in enumerate(self.blocks) if attribute in block.attributes]

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        return {
            "attributes": [attribute.to_json() for attribute in self.attributes],
            "blocks": [block.to_json() for block in self.blocks],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FeatureAssembler:
        """Rebuild an assembler from its JSON form."""
        return cls(
            [Attribute.from_json(attribute) for attribute in data["attributes"]],
            [block_from_json(block) for block in data["blocks"]],
        )


def _frequent(counts: Counter[str], least: int, most: int, rows: int) -> list[str]:
    """Return tokens on at least ``least`` rows and not on all, the commonest first."""
    kept = [(-count, token) for token, count in counts.items() if least <= count < rows]
    return [token for _, token in sorted(kept)[:most]]


def _within(lengths: np.ndarray) -> np.ndarray:
    """Return 0..length-1 for each length, laid end to end."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total) - np.repeat(ends - lengths, lengths)


def _factor(block: Block, weights: Mapping[str, float] | None) -> np.float32:
    if not weights:
        return np.float32(1.0)
    return np.float32(np.prod([weights.get(name, 1.0) for name in block.attributes]))


def _log(numbers: np.ndarray) -> np.ndarray:
    logs: np.ndarray = np.sign(numbers) * np.log1p(np.abs(numbers))
    return logs


def _number_sources(
    items: CleanItems, attributes: Sequence[Attribute], limits: FeatureLimits
) -> Iterable[dict[str, Any]]:
    for name in items.numbers:
        yield {"of": "attribute", "attributes": [name]}
    groups: dict[str, list[str]] = {}
    for attribute in attributes:
        if attribute.unit_column and attribute.name in items.numbers:
            groups.setdefault(attribute.unit_column, []).append(attribute.name)
    for names in groups.values():
        for pair in combinations(names, 2):
            yield {"of": "ratio", "attributes": list(pair)}
            yield {"of": "difference", "attributes": list(pair)}
    for name, column in items.texts.items():
        for key in _common_keys(column, limits):
            yield {"of": "text", "attributes": [name], "key": key}


def _common_keys(column: Factor, limits: FeatureLimits) -> list[str]:
    """Return the keys under which a text column carries numbers that vary."""
    counts = np.bincount(column.codes[column.codes >= 0], minlength=len(column.values))
    rows: Counter[str] = Counter()
    distinct: dict[str, set[float]] = {}
    for value, count in zip(column.values, counts.tolist(), strict=True):
        for key, number in keyed_numbers_of(value).items():
            rows[key] += count
            distinct.setdefault(key, set()).add(number)
    least = max(10.0, limits.keyed_share * len(column.codes))
    kept = [
        (-count, key) for key, count in rows.items() if count >= least and len(distinct[key]) >= 8
    ]
    return [key for _, key in sorted(kept)[: limits.keyed_numbers]]


def _numbers_of(source: Mapping[str, Any], items: CleanItems) -> np.ndarray:
    names = source["attributes"]
    if source["of"] == "text":
        column = items.texts.get(names[0])
        if column is None:
            return np.full(len(items), np.nan)
        key = source["key"]
        table = [keyed_numbers_of(value).get(key, np.nan) for value in column.values]
        return np.array([*table, np.nan])[column.codes]
    unknown = np.full(len(items), np.nan)
    first = items.numbers.get(names[0], unknown)
    if source["of"] == "attribute":
        return first
    second = items.numbers.get(names[1], unknown)
    if source["of"] == "difference":
        return first - second
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(second > 0, first / second, np.nan)
