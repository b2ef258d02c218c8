"""All text blocks, and all number blocks, encoded at once.

A plant has dozens of blocks and a request one item, so block by block most of the time would go
into calls.  Here an item's entries come out in the order in which a sparse row keeps them: block
after block, columns rising.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from registry.core.blocks import NumberBlock, TextBlock, logs_of
from registry.core.cleaning import CleanItems, Factor
from registry.core.ragged import within
from registry.core.textnumbers import numbers_of

BATCH = 256
"""Items whose numbers are compared with all bins at once."""
RECENT = 4_000
"""Texts whose columns are remembered."""
FAR = 4.0
"""Standard deviations beyond which a number is just large."""


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of n items in b blocks.

    Attributes:
        lengths: (n, b) how many each item has in each block.
        columns: (sum,) the column within its block, item after item, block after block.
        values: (sum,) float32.
    """

    lengths: np.ndarray
    columns: np.ndarray
    values: np.ndarray


@dataclass(frozen=True, slots=True)
class WordTable:
    """The entries of every distinct text of some items.

    Attributes:
        codes: (n, b) which text each item has in each block.
        start: (texts,) where a text's columns begin.
        size: (texts,) how many it has.
        columns: (sum,) the columns within their block.
    """

    codes: np.ndarray
    start: np.ndarray
    size: np.ndarray
    columns: np.ndarray

    def entries(self, part: slice) -> Entries:
        """Return the entries of some of the items."""
        codes = self.codes[part]
        lengths = self.size[codes]
        begin = np.repeat(self.start[codes].ravel(), lengths.ravel())
        places = begin + within(lengths.ravel())
        return Entries(lengths, self.columns[places], np.ones(len(places), dtype=np.float32))


class TextEncoder:
    """The text blocks of an assembler."""

    def __init__(self, blocks: Sequence[TextBlock]) -> None:
        self.blocks = tuple(blocks)
        # What an attribute changes is asked about all others again.
        self._columns = lru_cache(maxsize=RECENT)(self._columns_of)

    def table(self, items: CleanItems) -> WordTable:
        """Encode every distinct text once; a blank one has the column for "missing"."""
        encoded: list[list[int]] = [[0]]
        blank = np.full(len(items), -1, dtype=np.int32)
        columns: list[np.ndarray] = []
        first: list[int] = []
        for place, block in enumerate(self.blocks):
            column = items.texts.get(block.attributes[0])
            columns.append(blank if column is None else column.codes)
            first.append(len(encoded))
            if column is not None:
                encoded += [self._columns(place, value) for value in column.values]
        known = np.array(columns, dtype=np.int32).reshape(len(first), len(items)).T
        codes = np.where(known < 0, 0, known + np.array(first, dtype=np.int32))
        size = np.array([len(columns) for columns in encoded])
        flat = np.fromiter((c for columns in encoded for c in columns), np.int32, size.sum())
        return WordTable(codes, np.cumsum(size) - size, size, flat)

    def _columns_of(self, place: int, value: str) -> list[int]:
        return self.blocks[place].encode(value)


class NumberEncoder:
    """The number blocks of an assembler."""

    def __init__(self, blocks: Sequence[NumberBlock]) -> None:
        self.blocks = tuple(blocks)
        most = max((len(block.edges) for block in blocks), default=0)
        self._edges = np.full((len(blocks), most), np.inf)
        for row, block in zip(self._edges, blocks, strict=True):
            row[: len(block.edges)] = block.edges
        self._mean = np.array([block.mean for block in blocks])
        self._sd = np.array([block.sd for block in blocks])
        self.figures = Sources([block.source for block in blocks]).figures

    def entries(self, numbers: np.ndarray) -> Entries:
        """Return the entries of figures (n, b).

        A known number has its scaled logarithm and one for each bin that it passes; an unknown one
        has the column for "missing".
        """
        known = np.isfinite(numbers)
        lengths = 1 + self._passed(numbers)
        columns = 1 + within(lengths.ravel())
        first = np.cumsum(lengths.ravel()) - lengths.ravel()
        columns[first] = known.ravel()
        scaled = (logs_of(np.where(known, numbers, 0.0)) - self._mean) / self._sd
        values = np.ones(len(columns), dtype=np.float32)
        values[first] = np.where(known, np.clip(scaled, -FAR, FAR), 1.0).ravel()
        return Entries(lengths, columns.astype(np.int32), values)

    def _passed(self, numbers: np.ndarray) -> np.ndarray:
        """Return how many edges (n, b) each number lies beyond; an unknown one beyond none."""
        steps = np.empty(numbers.shape, dtype=np.int64)
        for begin in range(0, len(numbers), BATCH):
            part = slice(begin, begin + BATCH)
            steps[part] = (self._edges < numbers[part, :, None]).sum(axis=2)
        return steps


class Sources:
    """Where the numbers come from that number blocks look at.

    A source says whether a number is ``of`` an ``attribute``, the ``ratio`` or ``difference`` of
    two ``attributes``, or stands in a ``text`` under a ``key``.
    """

    def __init__(self, sources: Sequence[Mapping[str, Any]]) -> None:
        self._count = len(sources)
        self._keys: dict[str, list[tuple[int, str]]] = {}
        names: dict[str, int] = {}
        first = np.zeros(len(sources), dtype=np.int64)
        second = np.zeros(len(sources), dtype=np.int64)
        for place, source in enumerate(sources):
            if source["of"] == "text":
                self._keys.setdefault(source["attributes"][0], []).append((place, source["key"]))
            else:
                columns = [names.setdefault(each, len(names)) for each in source["attributes"]]
                first[place], second[place] = columns[0], columns[-1]
        self._names, self._first, self._second = tuple(names), first, second
        of = np.array([source["of"] for source in sources], dtype=str)
        self._plain, self._ratios, self._differences = (
            np.flatnonzero(of == each) for each in ("attribute", "ratio", "difference")
        )

    def figures(self, items: CleanItems) -> np.ndarray:
        """Return the numbers (items, sources), NaN where unknown."""
        numbers = np.full((len(items), self._count), np.nan)
        unknown = np.full(len(items), np.nan)
        told = [items.numbers.get(name, unknown) for name in self._names]
        if told:
            self._combine(np.column_stack(told), numbers)
        for name, wanted in self._keys.items():
            column = items.texts.get(name)
            if column is not None:
                self._read(column, wanted, numbers)
        return numbers

    def _combine(self, told: np.ndarray, numbers: np.ndarray) -> None:
        """Fill in what comes from sizes (items, names)."""
        first, second = self._first, self._second
        plain, ratio, difference = self._plain, self._ratios, self._differences
        numbers[:, plain] = told[:, first[plain]]
        numbers[:, difference] = told[:, first[difference]] - told[:, second[difference]]
        whole = told[:, second[ratio]]
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            numbers[:, ratio] = np.where(whole > 0, told[:, first[ratio]] / whole, np.nan)

    @staticmethod
    def _read(column: Factor, wanted: Sequence[tuple[int, str]], numbers: np.ndarray) -> None:
        """Fill in what a text tells; each is read once for all its keys."""
        told = [*map(numbers_of, column.values), {}]  # the last is "missing"
        if any(told):
            table = np.array([[each.get(key, np.nan) for _, key in wanted] for each in told])
            numbers[:, [place for place, _ in wanted]] = table[column.codes]
