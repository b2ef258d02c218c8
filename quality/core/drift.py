"""Has something moved?  Distances between distributions, and limits that chance rarely passes.

A distance between two finite samples of the same distribution is never zero, and how large chance
makes it depends on how many answers and bins there are.  So the alarm limit is not a constant: it
is found by drawing both samples from the baseline many times.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import numpy as np

from registry.core.confidence import histogram

WINDOW = 1000
"""Answers that are looked at."""
FEWEST = 100
"""Answers under which nothing can be said."""
BAND_LIMITS = (0.3, 0.5, 1.0)
FALSE_ALARMS = 0.01
"""Share of the looks at an unchanged plant that pass the limit."""
MOVE_TOGETHER = 3
"""Held-out answers that say as much as one alone: those of one model, and of one family, are alike.
Found by simulation: with it, hardly any stream of a plant of 300 items passes its limit by chance.
"""
STEPS = 5
"""Baselines that are tried between the held-out and the known items."""
PSI_MATTERS = 0.25
"""Stability index from which a change is commonly called large."""
RARE = 0.001
"""The same for one column: a plant has forty, looked at every day."""
DRAWS = 2000
RETRAIN_EVENTS, RETRAIN_DAYS = 5, 7
APART = timedelta(hours=1)
"""Alarms nearer to each other than this are one event."""


class Band(StrEnum):
    """How far a distribution has moved, in words."""

    NONE = "none"
    SLIGHT = "slight"
    CLEAR = "clear"
    SEVERE = "severe"


@dataclass(frozen=True, slots=True)
class Moved:
    """How far a stream has moved: the distance, the limit of its alarm, its band."""

    value: float | None
    limit: float | None
    answers: int

    @property
    def band(self) -> Band:
        """The distance in words."""
        return band(self.value) if self.value is not None else Band.NONE

    @property
    def is_alarm(self) -> bool:
        """Whether chance alone would hardly do this."""
        return self.value is not None and self.limit is not None and self.value > self.limit


def shares(counts: np.ndarray) -> np.ndarray:
    """Return counts as shares with half a count added to each bin, so that none is nought."""
    padded = np.asarray(counts, dtype=float) + 0.5
    return np.asarray(padded / padded.sum(axis=-1, keepdims=True))


def kl(now: np.ndarray, before: np.ndarray) -> float:
    """Return the Kullback-Leibler divergence of two rows of counts over the same bins."""
    return float(_kl(np.asarray(now), np.asarray(before)))


def psi(now: np.ndarray, before: np.ndarray) -> float:
    """Return the population stability index."""
    return float(_psi(np.asarray(now), np.asarray(before)))


def jensen_shannon(now: np.ndarray, before: np.ndarray) -> float:
    """Return the Jensen-Shannon divergence in bits: 0 the same, 1 nothing in common."""
    p, q = shares(np.asarray(now)), shares(np.asarray(before))
    middle = (p + q) / 2
    return float(((p * np.log2(p / middle)).sum() + (q * np.log2(q / middle)).sum()) / 2)


def _kl(now: np.ndarray, before: np.ndarray) -> np.ndarray:
    p, q = shares(now), shares(before)
    return np.asarray((p * np.log(p / q)).sum(axis=-1))


def _psi(now: np.ndarray, before: np.ndarray) -> np.ndarray:
    p, q = shares(now), shares(before)
    return np.asarray(((p - q) * np.log(p / q)).sum(axis=-1))


Distance = Callable[[np.ndarray, np.ndarray], np.ndarray]


def psi_limit(before: Sequence[int], window: int) -> float:
    """Return the stability index from which a column of some items has changed."""
    chance = alarm_limit(before, window, distance=_psi, false_alarms=RARE)
    return max(PSI_MATTERS, chance)


def alarm_limit(
    before: Sequence[float] | np.ndarray,
    window: int,
    *,
    distance: Distance = _kl,
    false_alarms: float = FALSE_ALARMS,
    seed: int = 0,
) -> float:
    """Return the distance that an unchanged stream passes in a share of the looks at it.

    Both the baseline and the window are drawn anew, because the baseline is a sample as well.
    """
    counts = np.asarray(before)
    rng, chance = np.random.default_rng(seed), counts / counts.sum()
    baselines = rng.multinomial(int(counts.sum()), chance, size=DRAWS)
    windows = rng.multinomial(window, chance, size=DRAWS)
    return float(np.quantile(distance(windows, baselines), 1 - false_alarms))


def look(values: Sequence[float], before: Sequence[int], known: Sequence[int] = ()) -> Moved:
    """Compare the newest answers with the baseline of the version that gave them.

    Held-out items were asked of a model that knew fewer items, so live answers are a little nearer;
    the model's own items are nearer still, because it has learned from them.  What lies between
    the two has not moved.

    Args:
        values: of the answers, oldest first.
        before: histogram of the held-out items.
        known: histogram of the model's own items, each asked about without itself.
    """
    newest = values[-WINDOW:]
    if len(newest) < FEWEST or sum(before) < FEWEST:
        return Moved(None, None, len(newest))
    between = _between(np.asarray(before), np.asarray(known)) / MOVE_TOGETHER
    now = np.array(histogram(newest))
    moved = _kl(now, between)
    nearest = int(moved.argmin())
    return Moved(float(moved[nearest]), alarm_limit(between[nearest], len(newest)), len(newest))


def _between(held: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return rows of counts from those of the held-out items to those of the known ones."""
    if not known.sum():
        return held[np.newaxis]
    share = np.linspace(0.0, 1.0, STEPS)[:, np.newaxis]
    return np.asarray((1 - share) * held + share * known * (held.sum() / known.sum()))


def band(value: float) -> Band:
    """Return a divergence in words."""
    return list(Band)[int(np.searchsorted(BAND_LIMITS, value, side="right"))]


@dataclass(frozen=True, slots=True)
class Event:
    """A drift that was noticed."""

    at: datetime
    is_severe: bool


def is_new_event(at: datetime, earlier: Sequence[Event], *, is_severe: bool) -> bool:
    """Whether an alarm is an event of its own, and not the one of just before going on."""
    near = [event for event in earlier if at - event.at < APART]
    return not any(event.is_severe or not is_severe for event in near)


def retrain_reasons(
    events: Sequence[Event], *, now: datetime, error_drift: bool
) -> tuple[str, ...]:
    """Return why a new version should be trained; nothing when it need not."""
    recent = [event for event in events if now - event.at <= timedelta(days=RETRAIN_DAYS)]
    found = []
    if any(event.is_severe for event in recent):
        found.append("severe")
    if len(recent) >= RETRAIN_EVENTS:
        found.append("events")
    if error_drift:
        found.append("error")
    return tuple(found)
