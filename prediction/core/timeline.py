"""Candidates as rows of one timeline: how wide each operation is, and where a row differs.

The best candidate is what the others are compared with.  All rows share one scale, so that a longer
bar means more minutes for the lot; widths are whole steps, because pages style them by class.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prediction.core.comparison import (
    Mark,
    Total,
    compare,
    lot_total,
    operation_total,
    run_total,
    setup_total,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prediction.core.evidence import Facts
    from registry.core.routing import Candidate, Operation

WIDTH_STEPS = 40
"""Steps that the longest row is wide."""


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval on a scale of 0 to 100 that all cards share."""

    low: float
    middle: float
    high: float

    @property
    def width(self) -> float:
        """How long the interval is drawn; a sharp one is still seen."""
        return max(self.high - self.low, 1.0)


@dataclass(frozen=True, slots=True)
class Card:
    """One operation on the timeline; ``operation`` is None where only its code is known."""

    job: str
    job_name: str
    mark: Mark
    width: int
    operation: Operation | None = None
    lot: Total | None = None
    facts: Facts | None = None
    bar: Bar | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One candidate as a row; ``rest`` is the empty width after its last card."""

    candidate: Candidate
    cards: tuple[Card, ...]
    rest: int
    setup: Total
    run: Total
    lot: Total
    pauses: float | None = None

    @property
    def differences(self) -> int:
        """How many operations are added or missing."""
        return sum(card.mark is not Mark.SAME for card in self.cards)

    @property
    def lead(self) -> float | None:
        """Minutes from the first setup to the end, queues, waits and moves included, if known."""
        if self.pauses is None or self.lot.minutes is None:
            return None
        return self.lot.minutes + self.pauses


def lanes(
    candidates: Sequence[Candidate], pieces: float, facts: Mapping[str, Facts] | None = None
) -> tuple[Lane, ...]:
    """Return the candidates as rows, for a lot of ``pieces``; ``facts`` belong to operations."""
    if not candidates:
        return ()
    widest = max(
        operation_total(operation, pieces).high or 0.0
        for candidate in candidates
        for operation in candidate.operations
    )
    longest = max(lot_total(candidate, pieces).minutes or 0.0 for candidate in candidates)
    best = candidates[0]
    scale = _Scale(pieces, longest, widest, facts or {})
    return tuple(_lane(candidate, best, scale) for candidate in candidates)


def known_cards(
    jobs: Sequence[str], reference: Sequence[str], names: Mapping[str, str]
) -> tuple[Card, ...]:
    """Return a known item's routing, compared with the proposal, all cards equally wide."""
    return tuple(
        Card(step.job, names.get(step.job, step.job), step.mark, 1)
        for step in compare(jobs, reference)
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    """What all rows share."""

    pieces: float
    longest: float
    widest: float
    facts: Mapping[str, Facts]

    def card(self, operation: Operation, mark: Mark) -> Card:
        """Return an operation as a card."""
        lot = operation_total(operation, self.pieces)
        return Card(
            operation.job,
            operation.job_name,
            mark,
            _width(lot.minutes, self.longest),
            operation,
            lot,
            self.facts.get(operation.job),
            self._bar(lot),
        )

    def _bar(self, lot: Total) -> Bar | None:
        if lot.minutes is None or lot.low is None or lot.high is None or self.widest <= 0:
            return None
        return Bar(*(round(100 * end / self.widest, 1) for end in (lot.low, lot.minutes, lot.high)))


def _lane(candidate: Candidate, best: Candidate, scale: _Scale) -> Lane:
    cards: list[Card] = []
    for step in compare(candidate.jobs, best.jobs):
        if step.mark is Mark.MISSING:
            absent = best.operations[step.position]
            cards.append(Card(absent.job, absent.job_name, Mark.MISSING, 0))
        else:
            cards.append(scale.card(candidate.operations[step.position], step.mark))
    rest = max(WIDTH_STEPS - sum(card.width for card in cards), 0)
    return Lane(
        candidate,
        tuple(cards),
        rest,
        setup_total(candidate),
        run_total(candidate),
        lot_total(candidate, scale.pieces),
        _pauses(candidate),
    )


def _pauses(candidate: Candidate) -> float | None:
    """Return the minutes of queues, waits and moves that are known, None when none is."""
    told = [
        minutes
        for operation in candidate.operations
        for minutes in (operation.queue_minutes, operation.wait_minutes, operation.move_minutes)
        if minutes is not None and math.isfinite(minutes)
    ]
    return math.fsum(told) if told else None


def _width(minutes: float | None, longest: float) -> int:
    """Return the steps of a card; one where the time is unknown."""
    return max(round(WIDTH_STEPS * (minutes or 0.0) / longest), 1) if longest > 0 else 1
