"""What hnswlib's graphs are asked beyond what they offer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

TIE = 1e-6
"""Cosines that differ by less are equal."""
HASTY = (1, 8)
"""Thoroughness (ef) that reaches nineteen of twenty, and all but one or two in a thousand."""


def save(graph: Any, path: Path) -> None:
    """Write a graph; hnswlib itself does not notice when the disk takes only a part of it."""
    graph.save_index(str(path))
    if path.stat().st_size != graph.index_file_size():
        raise OSError(f"only a part of {path.name} could be written")


def unreached(graph: Any, vectors: np.ndarray, ef: int) -> np.ndarray:
    """Return the places of vectors of a graph that a search for them does not reach.

    What a hasty search reaches, a thorough one does too, so only the few others are searched for
    as thoroughly as an answer is: a tenth of the time.

    Args:
        graph: the graph; it searches with ``ef`` from then on.
        vectors: (n, width) that it holds.
        ef: how thoroughly an answer is searched for.
    """
    places = np.arange(len(vectors))
    for thoroughness in (*HASTY, ef):
        if len(places):
            graph.set_ef(thoroughness)
            places = places[_missed(graph, vectors[places])]
    graph.set_ef(ef)
    return places


def around(graph: Any, vectors: np.ndarray, k: int) -> np.ndarray:
    """Return the places in a graph that are among the ``k`` nearest to any of some vectors."""
    k = min(k, graph.get_current_count())
    graph.set_ef(max(graph.ef, k))
    try:
        return np.unique(graph.knn_query(vectors, k=k)[0].astype(np.int64))
    except RuntimeError:  # fewer than k can be reached: a graph in pieces is looked at as a whole
        return np.arange(graph.get_current_count())


def _missed(graph: Any, vectors: np.ndarray) -> np.ndarray:
    """Return for each vector whether its search ends at another."""
    _, distances = graph.knn_query(vectors, k=1)
    own = np.einsum("ij,ij->i", vectors, vectors)
    return np.asarray(1.0 - distances[:, 0] < own - TIE)
