"""From an item as the ERP or a request describes it to its features, vector and log-odds.

One object, fitted once, encodes items in training and in every request, so the two cannot disagree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

from registry.core.cleaning import Attribute, CleanItems, clean_items
from registry.core.embedding import RoutingEmbedding
from registry.core.features import FeatureAssembler
from registry.core.items import RawItems
from registry.core.routing import Item


@dataclass(frozen=True)
class Encoded:
    """Encoded items.

    Attributes:
        clean: the items, cleaned.
        features: (n, width) sparse.
        first: (n, hidden) the network's first layer before rectifying.
        vectors: (n, 128) unit length.
        log_odds: (n, outputs) of operations and adjacent pairs.
        weights: the factors on attributes that they were encoded with.
    """

    clean: CleanItems
    features: sparse.csr_matrix
    first: np.ndarray
    vectors: np.ndarray
    log_odds: np.ndarray
    weights: Mapping[str, float] | None = None

    def __len__(self) -> int:
        return len(self.clean)


class Encoder:
    """Attributes, features and network as one."""

    def __init__(
        self,
        attributes: Sequence[Attribute],
        assembler: FeatureAssembler,
        embedding: RoutingEmbedding,
    ) -> None:
        self.attributes = tuple(attributes)
        self.names = tuple(attribute.name for attribute in attributes)
        self.assembler, self.embedding = assembler, embedding

    def raw(self, items: Sequence[Item]) -> RawItems:
        """Return the attributes of items that the model looks at."""
        return RawItems.from_items(items, self.names)

    def encode(self, raw: RawItems, weights: Mapping[str, float] | None = None) -> Encoded:
        """Encode items.

        Args:
            raw: n items as read.
            weights: factors on attributes, for this call only.
        """
        return self._encoded(clean_items(raw, self.attributes), weights)

    def changed(
        self, encoded: Encoded, row: int, item: Item, changes: Sequence[tuple[str, object]]
    ) -> Encoded:
        """Encode one of the asked items anew for each single change of an attribute.

        Only what a change can touch is read again: the attribute, and the figures whose unit it is.

        Args:
            encoded: the asked items.
            row: which of them.
            item: the same, as asked.
            changes: attributes and their other values.
        """
        touched = {name for name, _ in changes}
        figures = [each for each in self.attributes if each.unit_column in touched]
        touched |= {each.name for each in figures}
        units = {each.unit_column for each in self.attributes if each.name in touched}
        wanted = touched | units
        again = [each for each in self.attributes if each.name in wanted]
        variants = [Item(item.code, {**item.attributes, name: other}) for name, other in changes]
        read = clean_items(RawItems.from_items(variants, [each.name for each in again]), again)
        kept = encoded.clean.repeated(row, len(variants))
        clean = replace(
            kept, texts={**kept.texts, **read.texts}, numbers={**kept.numbers, **read.numbers}
        )
        return self._encoded(clean, encoded.weights)

    def _encoded(self, clean: CleanItems, weights: Mapping[str, float] | None) -> Encoded:
        features = self.assembler.transform(clean, weights)
        first = self.embedding.network.first_layer(features)
        vectors, log_odds = self.embedding.from_first_layer(first)
        return Encoded(clean, features, first, vectors, log_odds, weights)

    def without_each(self, encoded: Encoded, row: int, names: Sequence[str]) -> np.ndarray:
        """Return an item's first layer (names, hidden) with each named attribute blanked in turn.

        The first layer is a sum over features, so an attribute is taken out by subtraction.
        """
        offsets = self.assembler.offsets
        start, end = encoded.features.indptr[row : row + 2]
        columns, values = encoded.features.indices[start:end], encoded.features.data[start:end]
        by_block = (values, columns, np.searchsorted(columns, offsets))
        blocks = sparse.csr_matrix(by_block, shape=(len(offsets) - 1, self.assembler.width))
        sums = blocks @ self.embedding.network.weights["w1"]
        looks_at = self._looks_at[[self._number[name] for name in names]]
        return np.asarray(encoded.first[row] + looks_at @ (self._missing - sums))

    @cached_property
    def _missing(self) -> np.ndarray:
        """What the first column of each block, "missing", adds to the first layer."""
        return np.asarray(self.embedding.network.weights["w1"][self.assembler.offsets[:-1]])

    @cached_property
    def _number(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self.names)}

    @cached_property
    def _looks_at(self) -> np.ndarray:
        """Which blocks (attributes, blocks) look at each attribute."""
        looks_at = np.zeros((len(self.names), len(self.assembler.blocks)), dtype=np.float32)
        for row, name in enumerate(self.names):
            looks_at[row, self.assembler.blocks_of(name)] = 1.0
        return looks_at
