"""From a sequence of operation codes to a routing a planner can use.

Who does an operation, in-house or not, on which resource, for which price and with which pauses is
voted by the neighbours that have the operation; its times come from the time model, drawn towards
the work results of those neighbours.  Where no neighbour has an operation, the whole plant votes.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, lru_cache

import numpy as np

from registry.core.intervals import TimeIntervals
from registry.core.library import RoutingLibrary
from registry.core.neighbourhood import (
    NOBODY,
    OUTSIDE,
    Doings,
    Nearby,
    Practice,
    Shares,
    near_operations,
    practices,
)
from registry.core.routing import (
    NO_TIME,
    UNKNOWN_TIME,
    Operation,
    ResourceChoice,
    TimeEstimate,
    TimeSource,
)
from registry.core.times import KINDS, TimeModel

ALTERNATES = 3
CODES_KEPT = 8_192
"""Codes of items that stay read: one item's evidence names the same few again and again."""
MOST_OF_PLANT = 200
"""Operations that speak for the whole plant."""


class Proposer:
    """Knows the library, the times, and what the plant does where neighbours are silent.

    Attributes:
        residual: (2, operations) log(actual / estimate) of run and setup, NaN without work results.
        code_of: the code of an item's row, for naming evidence.
    """

    def __init__(
        self,
        library: RoutingLibrary,
        times: TimeModel,
        intervals: TimeIntervals,
        residual: np.ndarray,
        codes: Sequence[str],
    ) -> None:
        self.code_of = lru_cache(CODES_KEPT)(codes.__getitem__)
        self.library, self.times, self.intervals = library, times, intervals
        self.residual = residual
        self._plant: dict[int, Practice] = {}

    def practices(
        self, nearby: Sequence[Nearby], wanted: Sequence[Collection[int]]
    ) -> list[dict[int, Practice]]:
        """Return for each item how its neighbours do the wanted operations that they have.

        Args:
            nearby: whom each item asks.
            wanted: for each item the numbers of the operations it may show.
        """
        doings = near_operations(self.library, nearby)
        return practices(self.library, self.residual, doings, wanted)

    def operation(
        self,
        sequence: int,
        job: int,
        near: Mapping[int, Practice],
        log_minutes: Sequence[float],
        support: float,
    ) -> Operation:
        """Return one operation of a proposal.

        Args:
            sequence: its place.
            job: operation number.
            near: what the neighbours do.
            log_minutes: the time model's run and setup for the item.
            support: share of the vote that has the operation.
        """
        names, practice = self.library.names, near.get(job)
        done = self._of_plant(job) if practice is None else practice
        resources = self._choices("resource", done.resources)
        partners = self._choices("partner", done.partners)
        queue, wait, move = done.pauses
        return Operation(
            sequence=sequence,
            job=names["jobs"][job],
            job_name=names["job_names"][job],
            outsourced=done.outsourced_share >= OUTSIDE,
            outsourced_share=done.outsourced_share,
            setup=self.estimate(1, job, practice, log_minutes[1]),
            run=self.estimate(0, job, practice, log_minutes[0]),
            queue_minutes=queue,
            wait_minutes=wait,
            move_minutes=move,
            resource=resources[0] if resources else None,
            resource_alternates=resources[1:],
            partner=partners[0] if partners else None,
            partner_alternates=partners[1:],
            price=done.price,
            currency=names["currencies"][done.currencies[0][0]] if done.currencies else None,
            support=support,
        )

    def estimate(
        self, kind: int, job: int, practice: Practice | None, centre: float
    ) -> TimeEstimate:
        """Return the time of an operation (kind 0 is run, 1 setup).

        Args:
            kind: place in ``KINDS``.
            job: operation number.
            practice: what the neighbours say, None where none has the operation.
            centre: the time model's log minutes.
        """
        if not math.isfinite(centre):
            return NO_TIME if self._has_standard[kind, job] else UNKNOWN_TIME
        samples = 0
        evidence: tuple[str, ...] = ()
        source = TimeSource.MODEL if self.times.known[kind, job] else TimeSource.STANDARD
        if practice is not None:
            centre += practice.correction[kind]
            samples = practice.samples[kind]
        if practice is not None and samples:
            source = TimeSource.WORK_RESULTS
            evidence = tuple(map(self.code_of, practice.reporters[kind]))
        minutes = math.exp(centre)
        low, optimal, middle, high = self._factors[kind][job]
        return TimeEstimate(
            minutes * middle,
            minutes * low,
            minutes * high,
            minutes * optimal,
            minutes * high,
            source,
            samples,
            evidence,
        )

    def _of_plant(self, job: int) -> Practice:
        """Return how the whole plant does an operation, of which no neighbour knows."""
        if job not in self._plant:
            positions = np.flatnonzero(self.library.arrays["operation_job"] == job)[:MOST_OF_PLANT]
            nobody = np.zeros(len(positions), dtype=np.int64)
            items = self.library.items_of(positions)
            everyone = Doings(nobody, items, positions, np.ones(len(positions)))
            (said,) = practices(self.library, self.residual, everyone, [[job]])
            self._plant[job] = said.get(job, NOBODY)
        return self._plant[job]

    @cached_property
    def _factors(self) -> list[list[list[float]]]:
        """What the middle is multiplied by for each quantile, by kind of time and operation."""
        by_job: list[list[list[float]]]
        by_job = np.exp(np.moveaxis(self.intervals.offsets, 0, -1)).tolist()
        return by_job

    @cached_property
    def _has_standard(self) -> np.ndarray:
        """Whether the plant has a standard, be it 0, for each kind of time and operation."""
        arrays, jobs = self.library.arrays, len(self.library.names["jobs"])
        job = arrays["operation_job"].astype(np.int64)
        known = [np.isfinite(arrays[f"operation_{kind}"]) for kind in KINDS]
        return np.stack([np.bincount(job[each], minlength=jobs) > 0 for each in known])

    def _choices(self, what: str, said: Shares) -> tuple[ResourceChoice, ...]:
        if not said:
            return ()
        codes, labels = self.library.names[f"{what}s"], self.library.names[f"{what}_names"]
        return tuple(
            [
                ResourceChoice(codes[number], labels[number], share)
                for number, share in said[: ALTERNATES + 1]
            ]
        )
