"""How the nearest vectors are found: what every way of searching offers.

``NeighbourIndex`` is the one in this process: exact, or a graph from 20,000 distinct vectors on.
``registry.core.pgvector`` is one in a database, for vectors that outgrow a machine's memory.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np


class VectorSearch(Protocol):
    """Knows vectors by number and finds those nearest to others, by cosine."""

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers (n, k) and cosines (n, k) of the nearest vectors, nearest first."""

    def __len__(self) -> int:
        """Return how many vectors are known."""
