"""Arithmetic on lists of unequal length that are laid end to end."""

from __future__ import annotations

import numpy as np


def within(lengths: np.ndarray) -> np.ndarray:
    """Return 0..length-1 for each length, laid end to end."""
    ends = np.cumsum(lengths)
    total = int(ends[-1]) if len(ends) else 0
    return np.asarray(np.arange(total) - np.repeat(ends - lengths, lengths))


def stretches(starts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return the places of the stretches that begin at ``starts``, laid end to end."""
    return np.asarray(np.repeat(starts, lengths) + within(lengths))
