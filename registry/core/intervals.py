"""How far an estimated time may be off: split-conformal quantiles of held-out errors.

Errors are logarithms (actual / estimate).  Each operation has its own bias and scatter, shrunk
towards those of all operations where held-out items are few; the quantiles of the errors so
standardised are shared (normalised conformal prediction, Papadopoulos et al., 2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from registry.core.state import State

QUANTILES = (0.1, 0.25, 0.5, 0.9)
"""Low, optimal, the estimate itself, and high, which is also the safe time."""
POOLING = 30.0
"""Held-out operations at which an operation's own bias and scatter weigh as much as everybody's."""
DEFAULT_SCATTER = 0.35
"""Log scatter assumed where nothing could be held out."""


@dataclass(frozen=True)
class TimeIntervals:
    """Offsets (4, 2, jobs) in log minutes: for each quantile, run and setup, and operation."""

    offsets: np.ndarray

    @classmethod
    def fit(cls, errors: np.ndarray, kind: np.ndarray, job: np.ndarray, jobs: int) -> TimeIntervals:
        """Learn offsets from held-out operations.

        Args:
            errors: (n,) log(actual / estimate).
            kind: (n,) 0 for run, 1 for setup.
            job: (n,) operation numbers.
            jobs: number of operations.
        """
        offsets = np.empty((len(QUANTILES), 2, jobs))
        for k in (0, 1):
            mine = kind == k
            offsets[:, k] = _offsets(errors[mine], job[mine], jobs)
        return cls(offsets)

    def to_state(self) -> State:
        """Return the offsets."""
        return State(arrays={"offsets": self.offsets})

    @classmethod
    def from_state(cls, state: State) -> TimeIntervals:
        """Rebuild from ``to_state``."""
        return cls(state.arrays["offsets"])


def _offsets(errors: np.ndarray, job: np.ndarray, jobs: int) -> np.ndarray:
    if len(errors) < 10:
        normal = np.array([-1.2816, -0.6745, 0.0, 1.2816])
        return np.repeat(normal[:, None] * DEFAULT_SCATTER, jobs, axis=1)
    middle = float(np.median(errors))
    scatter = max(float(np.median(np.abs(errors - middle)) * 1.4826), 1e-3)
    bias, scale = np.full(jobs, middle), np.full(jobs, scatter)
    for number in np.unique(job).tolist():
        mine = errors[job == number]
        own = float(np.median(mine))
        spread = float(np.median(np.abs(mine - own)) * 1.4826)
        trust = len(mine) / (len(mine) + POOLING)
        bias[number] = trust * own + (1 - trust) * middle
        scale[number] = np.sqrt(trust * spread**2 + (1 - trust) * scatter**2)
    scaled = (errors - bias[job]) / scale[job]
    cuts = np.quantile(scaled, QUANTILES)
    cuts[2] = 0.0  # the shrunk medians are the middle already
    cuts = np.array([min(cuts[0], 0.0), min(max(cuts[0], cuts[1]), 0.0), 0.0, max(cuts[3], 0.0)])
    return np.asarray(bias + cuts[:, None] * scale)
