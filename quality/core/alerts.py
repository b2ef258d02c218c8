"""When a figure is worth an alert: limits, severity, and no flickering.

An alert is raised when a figure passes its limit, kept while it stays near it, and cleared when it
is back by a margin.  A figure that cannot be measured neither raises nor clears; too few samples is
an alert of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

MARGIN = 0.05
"""How far back inside its limit a figure must be, as a share of it, before its alert is cleared."""
FAR = 0.5
"""How far past its limit a figure is, as a share of it, when its alert is critical."""


class Severity(StrEnum):
    """How much an alert matters."""

    WARNING = "warning"
    CRITICAL = "critical"


class Rule(StrEnum):
    """What an alert is about."""

    MAE = "mae"
    TRIM_MAE = "trim_mae"
    PROCESS_MATCH = "process_match"
    CV = "cv"
    SAMPLES = "samples"
    PLANT_SHIFT = "plant_shift"
    MODEL_ERROR = "model_error"
    MISSING = "missing"
    NEW_VALUE = "new_value"


RETRAIN = frozenset({Rule.MAE, Rule.TRIM_MAE, Rule.PROCESS_MATCH, Rule.PLANT_SHIFT, Rule.NEW_VALUE})
"""Alerts that a new version would answer; a noisy plant or an empty column it would not."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds in force."""

    mae: float = 5.0
    trim_mae: float = 3.5
    process_match: float = 0.80
    cv: float = 0.5
    samples: int = 3


@dataclass(frozen=True, slots=True)
class Signal:
    """A figure beside its limit; ``subject`` names the column or resource it is about.

    ``value`` is None when it could not be measured; ``details`` are for the reader.
    """

    rule: Rule
    value: float | None
    limit: float
    subject: str = ""
    above_is_bad: bool = True
    severity: Severity | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str]:
        """What makes two signals the same alert."""
        return str(self.rule), self.subject

    @property
    def is_bad(self) -> bool:
        """Whether the figure is past its limit."""
        return self.excess > 0

    @property
    def is_back(self) -> bool:
        """Whether the figure is inside its limit by the margin."""
        return self.value is not None and self.excess <= -MARGIN * abs(self.limit)

    @property
    def excess(self) -> float:
        """How far past the limit, in the figure's unit."""
        if self.value is None:
            return 0.0
        return self.value - self.limit if self.above_is_bad else self.limit - self.value

    @property
    def weight(self) -> Severity:
        """How much it matters."""
        if self.severity is not None:
            return self.severity
        far = self.excess >= FAR * abs(self.limit)
        return Severity.CRITICAL if far else Severity.WARNING


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of the alerts after a look."""

    raised: tuple[Signal, ...]
    kept: tuple[Signal, ...]
    cleared: tuple[tuple[str, str], ...]


def signals_of(overall: Mapping[str, Any], limits: Limits) -> list[Signal]:
    """Return the figures of a cycle beside their limits."""
    measured = overall.get("operations") or 0
    enough = measured >= limits.samples
    found = [
        Signal(Rule.SAMPLES, float(measured), float(limits.samples), above_is_bad=False),
    ]
    for rule, limit in ((Rule.MAE, limits.mae), (Rule.TRIM_MAE, limits.trim_mae)):
        found.append(Signal(rule, overall.get(rule) if enough else None, limit))
    found.append(
        Signal(
            Rule.PROCESS_MATCH,
            overall.get("process_match"),
            limits.process_match,
            above_is_bad=False,
        )
    )
    found.append(Signal(Rule.CV, overall.get("cv"), limits.cv, severity=Severity.WARNING))
    return found


def decide(signals: Sequence[Signal], open_keys: set[tuple[str, str]]) -> Decision:
    """Return what is raised, kept and cleared.

    A finding that names a subject (a resource, a column) and does not come back is cleared.
    """
    raised, kept, cleared = [], [], []
    seen = set()
    for signal in signals:
        seen.add(signal.key)
        is_open = signal.key in open_keys
        if signal.is_bad and not is_open:
            raised.append(signal)
        elif is_open and signal.is_back:
            cleared.append(signal.key)
        elif is_open:
            kept.append(signal)
    gone = sorted(key for key in open_keys - seen if key[1])
    return Decision(tuple(raised), tuple(kept), tuple(cleared + gone))
