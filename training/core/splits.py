"""Which items are held out: the newest, as a new item is newer than everything known."""

from __future__ import annotations

import numpy as np

from registry.core.library import RoutingLibrary


def newest(library: RoutingLibrary, share: float, limit: int | None = None) -> np.ndarray:
    """Return the rows of the newest share of routed items, by their earliest routing, sorted.

    Items of unknown age count as oldest; equal ages go by row.

    Args:
        library: the items' routings.
        share: of the routed items.
        limit: most items to return.
    """
    rows = library.routed
    ages = np.nan_to_num(library.arrays["age"][rows].astype(np.float64), nan=-np.inf)
    order = np.lexsort((rows, ages))
    count = max(1, round(share * len(rows))) if len(rows) > 1 else 0
    count = min(count, limit) if limit is not None else count
    return np.sort(rows[order[len(rows) - count :]])


def folds(library: RoutingLibrary, count: int, seed: int) -> list[np.ndarray]:
    """Return routed rows dealt at random into folds, each sorted."""
    rows = np.random.default_rng(seed).permutation(library.routed)
    return [np.sort(part) for part in np.array_split(rows, min(count, len(rows)))]


def others(library: RoutingLibrary, held_out: np.ndarray) -> np.ndarray:
    """Return the rows of all items that are not held out."""
    kept = np.ones(len(library), dtype=bool)
    kept[held_out] = False
    return np.flatnonzero(kept)
