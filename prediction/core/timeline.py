"""Candidates as rows of one timeline: how wide each operation is, and where a row differs.

The best candidate is what the others are compared with.  All rows share one scale, so that a longer
bar means more minutes for the lot; widths are whole steps, because pages style them by class.
"""

from __future__ import annotations

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

    from registry.core.routing import Candidate, Operation

WIDTH_STEPS = 40
"""Steps that the longest row is wide."""


@dataclass(frozen=True, slots=True)
class Card:
    """One operation on the timeline; ``operation`` is None where only its code is known."""

    job: str
    job_name: str
    mark: Mark
    width: int
    operation: Operation | None = None
    lot: Total | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One candidate as a row; ``rest`` is the empty width after its last card."""

    candidate: Candidate
    cards: tuple[Card, ...]
    rest: int
    setup: Total
    run: Total
    lot: Total

    @property
    def differences(self) -> int:
        """How many operations are added or missing."""
        return sum(card.mark is not Mark.SAME for card in self.cards)


def lanes(candidates: Sequence[Candidate], pieces: float) -> tuple[Lane, ...]:
    """Return the candidates as rows, for a lot of ``pieces``."""
    if not candidates:
        return ()
    longest = max(lot_total(candidate, pieces).minutes or 0.0 for candidate in candidates)
    best = candidates[0]
    return tuple(_lane(candidate, best, pieces, longest) for candidate in candidates)


def known_cards(
    jobs: Sequence[str], reference: Sequence[str], names: Mapping[str, str]
) -> tuple[Card, ...]:
    """Return a known item's routing, compared with the proposal, all cards equally wide."""
    return tuple(
        Card(step.job, names.get(step.job, step.job), step.mark, 1)
        for step in compare(jobs, reference)
    )


def _lane(candidate: Candidate, best: Candidate, pieces: float, longest: float) -> Lane:
    cards: list[Card] = []
    for step in compare(candidate.jobs, best.jobs):
        if step.mark is Mark.MISSING:
            absent = best.operations[step.position]
            cards.append(Card(absent.job, absent.job_name, Mark.MISSING, 0))
        else:
            operation = candidate.operations[step.position]
            lot = operation_total(operation, pieces)
            width = _width(lot.minutes, longest)
            cards.append(Card(step.job, operation.job_name, step.mark, width, operation, lot))
    rest = max(WIDTH_STEPS - sum(card.width for card in cards), 0)
    return Lane(
        candidate,
        tuple(cards),
        rest,
        setup_total(candidate),
        run_total(candidate),
        lot_total(candidate, pieces),
    )


def _width(minutes: float | None, longest: float) -> int:
    """Return the steps of a card; one where the time is unknown."""
    return max(round(WIDTH_STEPS * (minutes or 0.0) / longest), 1) if longest > 0 else 1
