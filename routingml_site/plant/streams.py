"""One independent random stream for each subject, so that changing one leaves the others alone."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Streams:
    """The random streams of one seed."""

    seed: int

    def of(self, subject: str) -> np.random.Generator:
        """Return the stream of a subject; the same name gives the same numbers again."""
        return np.random.default_rng([self.seed, zlib.crc32(subject.encode())])


def pick(rng: np.random.Generator, weights: npt.ArrayLike, size: int) -> Ints:
    """Draw ``size`` positions with the given weights (which need not sum to one)."""
    share = np.cumsum(np.asarray(weights, dtype=float))
    drawn = np.searchsorted(share / share[-1], rng.random(size), side="right")
    return np.minimum(drawn, len(share) - 1).astype(np.int64)


def zipf(count: int, exponent: float = 1.0) -> Floats:
    """Return long-tailed weights for ``count`` values, the commonest first."""
    weights: Floats = np.arange(1, count + 1, dtype=np.float64) ** -exponent
    return weights
