"""What hnswlib's graphs are asked beyond what they offer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

TIE = 1e-6
"""Cosines that differ by less are equal."""


def save(graph: Any, path: Path) -> None:
    """Write a graph; hnswlib itself does not notice when the disk takes only a part of it."""
    graph.save_index(str(path))
    if path.stat().st_size != graph.index_file_size():
        raise OSError(f"only a part of {path.name} could be written")


def unreached(graph: Any, vectors: np.ndarray) -> np.ndarray:
    """Return the places of vectors of a graph that a search for them does not reach."""
    _, distances = graph.knn_query(vectors, k=1)
    own = np.einsum("ij,ij->i", vectors, vectors)
    return np.flatnonzero(1.0 - distances[:, 0] < own - TIE)
