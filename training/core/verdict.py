"""Whether one way is better than another: the rule by which a version or a time model wins.

The typical error of run minutes (``trim_mae``) must be lower by a wanted share, the interval of
that gain must not contain zero, and the operations must not be found worse.  Both are judged on the
same items by a paired bootstrap: items are drawn, never single operations, because the operations
of one item err together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from registry.core import metrics
from registry.core.metrics import TRIM_RATIO

LEAST_GAIN = 0.05
"""Share by which the typical error must be lower."""
LEAST_ITEMS = 20
"""Common items under which a comparison would be chance."""
DRAWS = 1000
MOST_LOSS = 10.0
"""Share by which an error counts as higher at most: that of a champion without any is infinite."""
SAME_WITHIN = 0.0005
"""Gains below this vanish in the digits shown."""


class Reason(StrEnum):
    """Why a challenger won, or did not."""

    BETTER = "better"
    TOO_FEW_ITEMS = "too_few_items"
    NOT_MEASURABLE = "not_measurable"
    WORSE = "worse"
    SAME = "same"
    GAIN_TOO_SMALL = "gain_too_small"
    GAIN_UNCERTAIN = "gain_uncertain"
    PROCESS_MATCH_LOWER = "process_match_lower"


WORDS: Mapping[Reason, str] = {
    Reason.BETTER: (
        "The typical error is {gain:.1%} lower (90 % interval: {low:.1%} to {high:.1%})."
    ),
    Reason.TOO_FEW_ITEMS: "Only {items} items can be compared; {least} are needed.",
    Reason.NOT_MEASURABLE: "No times are known to compare with.",
    Reason.WORSE: "The typical error is {loss:.1%} higher.",
    Reason.SAME: "The typical error is the same; {least:.0%} lower are asked for.",
    Reason.GAIN_TOO_SMALL: "The typical error is only {gain:.1%} lower; {least:.0%} are asked for.",
    Reason.GAIN_UNCERTAIN: (
        "The gain may be chance: it lies between {low:.1%} and {high:.1%} (90 % interval)."
    ),
    Reason.PROCESS_MATCH_LOWER: "Operations are found worse: {match:+.1%}.",
}


@dataclass(frozen=True)
class Side:
    """What one way got wrong.

    Attributes:
        error: (n,) absolute errors in minutes, of single operations.
        item: (n,) which of the common items each is about, 0 .. items - 1.
        match: (items,) ``process_match`` of each, None where the way does not choose operations.
    """

    error: np.ndarray
    item: np.ndarray
    match: np.ndarray | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether the challenger wins, and every reason.

    Attributes:
        wins: whether it should take the champion's place.
        reasons: codes; ``BETTER`` alone when it wins.
        items: how many were compared.
        gain: share by which the typical error is lower, None when not measurable.
        interval: of the gain, 90 %.
        match_gain: difference of ``process_match``, None where it does not apply.
        least_gain: what was asked for.
    """

    wins: bool
    reasons: tuple[Reason, ...]
    items: int
    gain: float | None = None
    interval: tuple[float, float] | None = None
    match_gain: float | None = None
    least_gain: float = LEAST_GAIN

    @property
    def words(self) -> tuple[str, ...]:
        """The reasons in English, for commands and logs."""
        low, high = self.interval or (0.0, 0.0)
        gain = self.gain or 0.0
        values = {
            "gain": gain, "loss": -gain, "low": low, "high": high, "match": self.match_gain or 0.0,
            "items": self.items,
        }  # fmt: skip
        return tuple(
            WORDS[reason].format(
                **values, least=LEAST_ITEMS if reason is Reason.TOO_FEW_ITEMS else self.least_gain
            )
            for reason in self.reasons
        )

    def to_json(self) -> dict[str, Any]:
        """Return what a job's result and ``metrics.json`` keep."""
        return {
            "wins": self.wins,
            "reasons": [str(reason) for reason in self.reasons],
            "words": list(self.words),
            "items": self.items,
            "gain": self.gain,
            "interval": list(self.interval) if self.interval else None,
            "match_gain": self.match_gain,
            "least_gain": self.least_gain,
        }


def judge(
    challenger: Side,
    champion: Side,
    items: int,
    *,
    least_gain: float = LEAST_GAIN,
    seed: int = 0,
    draws: int = DRAWS,
) -> Verdict:
    """Hold a challenger against the champion on the same items.

    Args:
        challenger: what it got wrong.
        champion: what that got wrong.
        items: how many items both were asked about.
        least_gain: share by which the typical error must be lower.
        seed: of the bootstrap.
        draws: of the bootstrap.
    """
    if items < LEAST_ITEMS:
        return Verdict(
            wins=False, reasons=(Reason.TOO_FEW_ITEMS,), items=items, least_gain=least_gain
        )
    if not len(challenger.error) or not len(champion.error):
        return Verdict(
            wins=False, reasons=(Reason.NOT_MEASURABLE,), items=items, least_gain=least_gain
        )
    rng = np.random.default_rng(seed)
    new, old = _Trimmed.of(challenger), _Trimmed.of(champion)
    gain = _gain(new.mean(np.ones(items)), old.mean(np.ones(items)))
    drawn = []
    for _ in range(draws):
        times = np.bincount(rng.integers(0, items, items), minlength=items).astype(float)
        drawn.append(_gain(new.mean(times), old.mean(times)))
    low, high = (float(each) for each in np.nanquantile(drawn, [0.05, 0.95]))
    match_gain, is_lower = _match(challenger, champion, seed)
    reasons = _reasons(gain, low, is_lower=is_lower, least=least_gain)
    wins = reasons == (Reason.BETTER,)
    return Verdict(wins, reasons, items, gain, (low, high), match_gain, least_gain)


def _reasons(gain: float, low: float, *, is_lower: bool, least: float) -> tuple[Reason, ...]:
    against = []
    if abs(gain) < SAME_WITHIN:
        against.append(Reason.SAME)
    elif gain < 0:
        against.append(Reason.WORSE)
    elif gain < least:
        against.append(Reason.GAIN_TOO_SMALL)
    elif low <= 0:
        against.append(Reason.GAIN_UNCERTAIN)
    if is_lower:
        against.append(Reason.PROCESS_MATCH_LOWER)
    return tuple(against) or (Reason.BETTER,)


def _match(challenger: Side, champion: Side, seed: int) -> tuple[float | None, bool]:
    """Return the difference of ``process_match``, and whether it is surely lower."""
    if challenger.match is None or champion.match is None:
        return None, False
    difference = float(np.mean(challenger.match) - np.mean(champion.match))
    interval = metrics.gain_interval(challenger.match, champion.match, seed=seed)
    return difference, interval is not None and interval[1] < 0


def _gain(new: float, old: float) -> float:
    """Return the share by which ``new`` is lower; NaN where one of them is not known."""
    if np.isnan(new) or np.isnan(old):
        return float("nan")
    if old > 0:
        return max(1 - new / old, -MOST_LOSS)
    return 0.0 if new == old else -MOST_LOSS


@dataclass(frozen=True)
class _Trimmed:
    """Errors in order, so that each draw's trimmed mean needs no sorting."""

    error: np.ndarray
    item: np.ndarray

    @classmethod
    def of(cls, side: Side) -> _Trimmed:
        """Put one side's errors in order."""
        order = np.argsort(side.error, kind="stable")
        return cls(side.error[order], side.item[order])

    def mean(self, times: np.ndarray) -> float:
        """Return the trimmed mean when each item counts ``times`` (items,) times."""
        weight = times[self.item]
        end = np.cumsum(weight)
        if not end[-1]:
            return float("nan")
        cut = np.floor(end[-1] * TRIM_RATIO)
        inside = np.minimum(end, end[-1] - cut) - np.maximum(end - weight, cut)
        inside = np.maximum(inside, 0)
        return float(inside @ self.error / inside.sum())
