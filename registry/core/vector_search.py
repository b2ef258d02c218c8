"""How the nearest vectors are found: what every way of searching offers.

``NeighbourIndex`` is the one in this process: exact, or a graph from 20,000 distinct vectors on.
``registry.core.pgvector`` is one in a database, for vectors that outgrow a machine's memory.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

AT_ONCE = 16
"""Queries whose named vectors are compared at once: some 2 MB, which a processor's cache holds."""


class VectorSearch(Protocol):
    """Knows vectors by number and finds those nearest to others, by cosine."""

    def search(self, queries: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the numbers (n, k) and cosines (n, k) of the nearest vectors, nearest first."""

    def __len__(self) -> int:
        """Return how many vectors are known."""


def nearest_of(
    vectors: np.ndarray, queries: np.ndarray, named: np.ndarray, k: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers (n, k) and exact cosines (n, k) of the nearest among named vectors.

    Args:
        vectors: (all, width) of unit length, as they are kept.
        queries: (n, width) float32.
        named: (n, at least k) numbers of vectors that a search has named for each query.
        k: how many are wanted, nearest first.
    """
    cosines = np.empty(named.shape, dtype=np.float32)
    for begin in range(0, len(queries), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        whole = widened(vectors[named[part]])
        cosines[part] = np.matmul(whole, queries[part, :, None])[:, :, 0]
    best = np.argsort(-cosines, axis=1, kind="stable")[:, :k]
    return np.take_along_axis(named, best, axis=1), np.take_along_axis(cosines, best, axis=1)


def widened(vectors: np.ndarray) -> np.ndarray:
    """Return vectors as float32, finite float16 in a third of the time that ``astype`` takes.

    NumPy converts halves one by one.  Here the bits of all are moved to where a float32 has them,
    and the product makes up for the other bias of its exponent (127 against 15).
    """
    if vectors.dtype != np.float16:
        return vectors.astype(np.float32)
    bits = vectors.view(np.int16).astype(np.int32)
    bits <<= 13
    bits &= ~0x70000000  # of the copies of the sign's bit only the highest is one
    wide = bits.view(np.float32)
    wide *= np.float32(2.0**112)
    return wide
