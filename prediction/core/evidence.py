"""What an operation of a proposal rests on, and how a similar item compares with the asked one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from registry.core.routing import TimeSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from registry.core.known import KnownOperation, KnownRouting
    from registry.core.routing import Operation, Prediction

SURE_SHARE = 0.8
"""Share of similar items that must do an operation for it to be well supported."""
MANY_SAMPLES, FEW_SAMPLES = 10, 3
DISAGREES = 1.5
"""Factor between a standard time and what was reported from which the two disagree."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Minutes a piece: what the standards of similar items say, and what was reported for them."""

    standard: float
    actual: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What an operation rests on.

    Attributes:
        does: similar items that do it.
        asked: similar items.
        is_sure: most of them do it, and its run time rests on many work results.
        is_thin: its run time rests on few work results, or on none.
        disagreement: standards and work results that tell different times.
    """

    does: int
    asked: int
    is_sure: bool
    is_thin: bool
    disagreement: Disagreement | None


@dataclass(frozen=True, slots=True)
class AttributePair:
    """One attribute of two items; an empty text is a blank."""

    name: str
    mine: str
    theirs: str

    @property
    def is_same(self) -> bool:
        """Whether the two say the same, but for case and spaces."""
        return _plain(self.mine) == _plain(self.theirs)


def facts_of(
    prediction: Prediction, known: Callable[[str], Sequence[KnownRouting]]
) -> dict[str, Facts]:
    """Return what each operation of the candidates rests on, by its code.

    Args:
        prediction: the answer.
        known: returns the routings of a known item.
    """
    found: dict[str, Facts] = {}
    for candidate in prediction.candidates:
        for operation in candidate.operations:
            if operation.job not in found:
                found[operation.job] = _facts(operation, prediction, known)
    return found


def attribute_pairs(
    mine: Mapping[str, object],
    theirs: Mapping[str, object],
    said: Mapping[str, Callable[[object], str]],
) -> list[AttributePair]:
    """Return the attributes that either item has: those that differ first.

    Args:
        mine: attributes of one item.
        theirs: attributes of the other.
        said: attributes to look at, and how a value of each is written.
    """
    pairs = [
        AttributePair(name, value(mine.get(name)), value(theirs.get(name)))
        for name, value in said.items()
    ]
    told = [pair for pair in pairs if pair.mine or pair.theirs]
    return sorted(told, key=lambda pair: pair.is_same)


def _facts(
    operation: Operation, prediction: Prediction, known: Callable[[str], Sequence[KnownRouting]]
) -> Facts:
    asked = len(prediction.neighbours)
    does = sum(operation.job in neighbour.jobs for neighbour in prediction.neighbours)
    reported = operation.run.source is TimeSource.WORK_RESULTS
    samples = operation.run.sample_count if reported else 0
    return Facts(
        does,
        asked,
        is_sure=bool(asked) and does >= SURE_SHARE * asked and samples >= MANY_SAMPLES,
        is_thin=operation.run.minutes is not None and samples < FEW_SAMPLES,
        disagreement=_disagreement(operation, known),
    )


def _disagreement(
    operation: Operation, known: Callable[[str], Sequence[KnownRouting]]
) -> Disagreement | None:
    """Compare the standards of the items behind a time with what was reported for them."""
    both = [
        (step.run_minutes, step.actual_run_minutes)
        for code in operation.run.evidence
        for step in _steps(known(code), operation.job)
        if step.run_minutes and step.actual_run_minutes
    ]
    if not both or operation.run.sample_count < FEW_SAMPLES:
        return None
    standard = median(pair[0] for pair in both)
    actual = median(pair[1] for pair in both)
    apart = abs(math.log(actual / standard)) >= math.log(DISAGREES)
    return Disagreement(standard, actual) if apart else None


def _steps(routings: Sequence[KnownRouting], job: str) -> list[KnownOperation]:
    return [step for routing in routings[:1] for step in routing.operations if step.job == job]


def _plain(text: str) -> str:
    return "".join(text.casefold().split())
