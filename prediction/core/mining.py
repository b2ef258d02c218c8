"""Rules that the plant's own routings follow: operation A always before operation B.

Looks at the commonest sequences, counted by how many routings have each.  What follows from two
other rules (A before B, B before C) is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from prediction.core.rules import Rule, RuleKind, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.core.library import RoutingLibrary

LOOKED_AT = 5_000
"""Sequences that are looked at, the commonest first."""
FEWEST = 20
"""Routings with both operations, from which on an order says something."""
SHARE = 0.995
"""Share of them that keeps the order: typing errors are forgiven."""


@dataclass(frozen=True, slots=True)
class Mined:
    """An order that the routings keep: in ``kept`` of ``both`` routings that have both."""

    before: str
    after: str
    both: int
    kept: int

    @property
    def rule(self) -> Rule:
        """The same as a rule."""
        says = {"before": self.before, "after": self.after}
        name = f"{self.before} before {self.after}"
        return Rule(name, RuleKind.ORDER, Severity.WARNING, says)


def orders(library: RoutingLibrary, limit: int = 40) -> list[Mined]:
    """Return the orders that the routings keep, the best supported first."""
    counts = np.bincount(library.arrays["routing_sequence"], minlength=library.sequence_count)
    commonest = np.argsort(-counts, kind="stable")[:LOOKED_AT]
    sequences = [(library.jobs_of_sequence(int(one)), int(counts[one])) for one in commonest]
    return mined(sequences, library.names["jobs"], limit)


def mined(
    sequences: Sequence[tuple[Sequence[int], int]], codes: Sequence[str], limit: int = 40
) -> list[Mined]:
    """Return the orders kept by sequences of operation numbers, each with how often it occurs."""
    both = np.zeros((len(codes), len(codes)), dtype=np.int64)
    kept = np.zeros_like(both)
    for jobs, count in sequences:
        there, first = np.unique(jobs, return_index=True)
        last = len(jobs) - 1 - np.unique(np.asarray(jobs)[::-1], return_index=True)[1]
        pairs = np.ix_(there, there)
        both[pairs] += count
        kept[pairs] += count * (last[:, None] < first[None, :])
    holds = (both >= FEWEST) & (kept >= SHARE * both)
    follows = (holds.astype(np.int64) @ holds.astype(np.int64)) > 0
    places = np.argwhere(holds & ~follows)
    found = [
        Mined(codes[a], codes[b], int(both[a, b]), int(kept[a, b])) for a, b in places.tolist()
    ]
    return sorted(found, key=lambda each: (-each.kept, each.before, each.after))[:limit]
