"""A small network for times, kept and asked as plain arrays.

A library trains it (``training/core/time_learners.py``); an answer needs three matrix products.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from registry.core.state import State


class Perceptron:
    """Rows as a time model writes them out to relative log minutes.

    Attributes:
        parts: ``centre`` and ``scale (columns)`` of the features; ``w1 (categories + columns, a)``,
            ``b1``, ``w2 (a, b)``, ``b2``, ``w3 (b, 1)``, ``b3``; rectified in between.
    """

    def __init__(self, parts: Mapping[str, np.ndarray]) -> None:
        self.parts = dict(parts)

    @property
    def categories(self) -> int:
        """How many values column 0 may take."""
        return len(self.parts["w1"]) - len(self.parts["centre"])

    def predict(self, figures: np.ndarray, item: np.ndarray, category: np.ndarray) -> np.ndarray:
        """Return (n,) for n operations.

        Args:
            figures: (items, columns) float32, the items' columns.
            item: (n,) the item of each operation.
            category: (n,) the operation's number.
        """
        parts, count = self.parts, self.categories
        hidden = (((figures - parts["centre"]) / parts["scale"]) @ parts["w1"][count:])[item]
        category = category.astype(np.int64)
        seen = (category >= 0) & (category < count)
        hidden += np.where(seen[:, None], parts["w1"][np.where(seen, category, 0)], 0.0)
        hidden = np.maximum(hidden + parts["b1"], 0)
        hidden = np.maximum(hidden @ parts["w2"] + parts["b2"], 0)
        return np.asarray((hidden @ parts["w3"] + parts["b3"])[:, 0], dtype=np.float64)

    def of_rows(self, rows: np.ndarray) -> np.ndarray:
        """Return (n,) for rows (n, 1 + columns) as it learned from them, each of an item alone."""
        return self.predict(rows[:, 1:], np.arange(len(rows)), rows[:, 0])

    def to_state(self) -> State:
        """Return the arrays."""
        return State(arrays=self.parts)

    @classmethod
    def from_state(cls, state: State) -> Perceptron:
        """Rebuild from ``to_state``."""
        return cls(state.arrays)
