"""Clean items to one sparse float32 matrix.

Learned from training items only, and then the same for every item ever asked about.  A text column
becomes its whole value (for codes that repeat), its words and, where values are many, its character
trigrams; a number becomes its scaled logarithm and thermometer bins at quantiles, so that a rule
such as "over 250 mm" is one step.  Sizes that a text tells are filled in first (``completion.py``);
other numbers in texts are found by the letters beside them.  Pairs of sizes give their ratio and
difference.

The matrix is laid out in *blocks*, one or more for each attribute, so that an attribute can be
blanked or weighted without encoding anything anew.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import combinations
from typing import Any

import numpy as np
from scipy import sparse

from registry.core.blocks import (
    Block,
    FeatureLimits,
    NumberBlock,
    TextBlock,
    block_from_json,
)
from registry.core.cleaning import Attribute, CleanItems, Factor
from registry.core.completion import Completion
from registry.core.encoding import Entries, NumberEncoder, Sources, TextEncoder
from registry.core.progress import Report, tell_nobody
from registry.core.textnumbers import numbers_of

BATCH = 20_000
"""Items whose rows are built at once."""
EVEN_NUMBER = 0.7
"""What a number counts beside a text where no likeness was learned."""


class FeatureAssembler:
    """Turns clean items into a sparse matrix (items x features, float32), block by block."""

    def __init__(
        self, attributes: Sequence[Attribute], completion: Completion, blocks: Sequence[Block]
    ) -> None:
        self.attributes = tuple(attributes)
        self.completion = completion
        words = [block for block in blocks if isinstance(block, TextBlock)]
        numbers = [block for block in blocks if isinstance(block, NumberBlock)]
        self._texts, self._numbers = TextEncoder(words), NumberEncoder(numbers)
        self.blocks: tuple[Block, ...] = (*words, *numbers)
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
        cls,
        items: CleanItems,
        attributes: Sequence[Attribute],
        limits: FeatureLimits,
        report: Report = tell_nobody,
    ) -> FeatureAssembler:
        """Learn the blocks from training items; ``report`` is told after every text."""
        completion = Completion.fit(items)
        items = completion.apply(items)
        blocks: list[Block] = []
        for place, attribute in enumerate(attributes):
            report(place / len(attributes))
            column = items.texts.get(attribute.name)
            if column is not None and (column.codes >= 0).any():
                blocks.append(TextBlock.fit(attribute.name, column, limits))
        sources = list(_number_sources(items, attributes, limits))
        for source, numbers in zip(sources, Sources(sources).figures(items).T, strict=True):
            block = NumberBlock.fit(source, numbers, limits.bins)
            if block is not None:
                blocks.append(block)
        return cls(attributes, completion, blocks)

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
        items = self.completion.apply(items)
        words, numbers = self._texts.table(items), self._numbers.figures(items)
        parts = [
            self._matrix(words.entries(part), self._numbers.entries(numbers[part]), weights)
            for part in (slice(i, i + BATCH) for i in range(0, max(1, len(items)), BATCH))
        ]
        return parts[0] if len(parts) == 1 else sparse.vstack(parts, format="csr")

    def _matrix(
        self, texts: Entries, numbers: Entries, weights: Mapping[str, float] | None
    ) -> sparse.csr_matrix:
        lengths = np.hstack([texts.lengths, numbers.lengths])
        rows, blocks = lengths.shape
        indptr = np.concatenate([[0], np.cumsum(lengths.sum(axis=1))])
        block = np.tile(np.arange(blocks), rows).repeat(lengths.ravel())
        indices = np.empty(len(block), dtype=np.int32)
        data = np.empty(len(block), dtype=np.float32)
        wordy = block < texts.lengths.shape[1]
        indices[wordy], data[wordy] = texts.columns, texts.values
        indices[~wordy], data[~wordy] = numbers.columns, numbers.values
        indices += self.offsets[:-1].astype(np.int32)[block]
        if weights:
            factors = [_factor(each, weights) for each in self.blocks]
            data *= np.array(factors, dtype=np.float32)[block]
        return sparse.csr_matrix((data, indices, indptr), shape=(rows, self.width))

    def evened(self, features: sparse.csr_matrix) -> sparse.csr_matrix:
        """Return features in which each attribute counts the same, however many columns it has.

        A text counts as much as another, a number ``EVEN_NUMBER`` of it; ratios and differences,
        which repeat their numbers, and what is missing do not count.  This is the measure of
        likeness that needs no learning.

        Args:
            features: CSR matrix (n, width) as ``transform`` returns it.
        """
        widths = np.diff(self.offsets)
        block = np.repeat(np.arange(len(widths)), widths)
        factor = np.array([_even_factor(each) for each in self.blocks], dtype=np.float32)
        counted = np.repeat(factor > 0, widths)
        counted[self.offsets[:-1]] = False  # the column for "missing" is a block's first
        table = features.tocoo()
        kept = counted[table.col]
        rows, columns, values = table.row[kept], table.col[kept], table.data[kept]
        _, member = np.unique(rows * np.int64(len(widths)) + block[columns], return_inverse=True)
        lengths = np.sqrt(np.bincount(member, values**2))
        values = values / np.maximum(lengths, 1e-9)[member] * factor[block[columns]]
        return sparse.csr_matrix((values.astype(np.float32), (rows, columns)), features.shape)

    def blocks_of(self, attribute: str) -> Sequence[int]:
        """Return the positions of the blocks that look at an attribute."""
        return self._places.get(attribute, [])

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        """The positions of the blocks that look at each attribute."""
        places: dict[str, list[int]] = {}
        for place, block in enumerate(self.blocks):
            for attribute in block.attributes:
                places.setdefault(attribute, []).append(place)
        return places

    def to_json(self) -> dict[str, Any]:
        """Return what ``from_json`` takes."""
        return {
            "attributes": [attribute.to_json() for attribute in self.attributes],
            "completion": self.completion.to_json(),
            "blocks": [block.to_json() for block in self.blocks],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> FeatureAssembler:
        """Rebuild an assembler from its JSON form."""
        return cls(
            [Attribute.from_json(attribute) for attribute in data["attributes"]],
            Completion.from_json(data["completion"]),
            [block_from_json(block) for block in data["blocks"]],
        )


def _factor(block: Block, weights: Mapping[str, float]) -> float:
    return math.prod(weights.get(name, 1.0) for name in block.attributes)


def _even_factor(block: Block) -> float:
    if isinstance(block, TextBlock):
        return 1.0
    return 0.0 if block.source["of"] in {"ratio", "difference"} else EVEN_NUMBER


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
        for key, number in numbers_of(value).items():
            rows[key] += count
            distinct.setdefault(key, set()).add(number)
    least = max(10.0, limits.keyed_share * len(column.codes))
    kept = [
        (-count, key) for key, count in rows.items() if count >= least and len(distinct[key]) >= 8
    ]
    return [key for _, key in sorted(kept)[: limits.keyed_numbers]]
