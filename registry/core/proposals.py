"""From a sequence of operation codes to a routing a planner can use.

Who does an operation, in-house or not, on which resource, for which price and with which pauses is
voted by the neighbours that have the operation; its times come from the time model, drawn towards
the work results of those neighbours.  Where no neighbour has an operation, the whole plant votes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np

from registry.core.intervals import TimeIntervals
from registry.core.library import RoutingLibrary
from registry.core.neighbourhood import (
    MOST_OF_PLANT,
    PAUSES,
    Doings,
    Neighbourhood,
    near_operations,
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

RESIDUAL_PULL = 2.0
"""How many equally near neighbours the time model's own estimate counts for."""
ALTERNATES = 3
EVIDENCE = 5


class Proposer:
    """Knows the library, the times, and what the plant does where neighbours are silent.

    Attributes:
        residual: (2, operations) log(actual / estimate) of run and setup, NaN without work results.
        codes: the items' codes, for naming evidence.
    """

    def __init__(
        self,
        library: RoutingLibrary,
        times: TimeModel,
        intervals: TimeIntervals,
        residual: np.ndarray,
        codes: Sequence[str],
    ) -> None:
        self.codes = codes
        self.library, self.times, self.intervals = library, times, intervals
        self.residual = residual
        self._plant: dict[int, Doings] = {}

    def neighbourhood(
        self, rows: Sequence[np.ndarray], cosines: np.ndarray, own: int | None = None
    ) -> Neighbourhood:
        """Collect the operations of the nearest items.

        Args:
            rows: item rows of each near group.
            cosines: (groups,) nearest first.
            own: the asked item's row, when it must not be asked itself.
        """
        positions, say = near_operations(self.library, rows, cosines, own)
        return Neighbourhood(self.library, self.residual, positions, say)

    def operation(
        self, job: int, near: Neighbourhood, log_minutes: Sequence[float], support: float
    ) -> Operation:
        """Describe one operation of a proposal (its sequence number comes with its place).

        Args:
            job: operation number.
            near: what the neighbours do.
            log_minutes: the time model's run and setup for the item.
            support: share of the vote that has the operation.
        """
        names = self.library.names
        nearby = near.of(job)
        everyone = nearby if len(nearby) else self._of_plant(job)
        share = everyone.outsourced_share()
        outsourced = share >= 0.5
        done = everyone.where(outsourced=outsourced)
        resources = self._choices("resource", done)
        partners = self._choices("partner", done) if outsourced else ()
        currency = done.tally("currency") if outsourced else []
        pauses = {f"{name}_minutes": done.median(name) for name in PAUSES}
        return Operation(
            sequence=0,
            job=names["jobs"][job],
            job_name=names["job_names"][job],
            outsourced=outsourced,
            outsourced_share=share,
            setup=self.estimate(1, job, nearby, log_minutes[1]),
            run=self.estimate(0, job, nearby, log_minutes[0]),
            resource=resources[0] if resources else None,
            resource_alternates=resources[1:],
            partner=partners[0] if partners else None,
            partner_alternates=partners[1:],
            price=done.median("price") if outsourced else None,
            currency=names["currencies"][currency[0][0]] if currency else None,
            support=support,
            **pauses,
        )

    def estimate(self, kind: int, job: int, nearby: Doings, centre: float) -> TimeEstimate:
        """Return the time of an operation (kind 0 is run, 1 setup)."""
        if not math.isfinite(centre):
            return NO_TIME if self._has_standard[kind, job] else UNKNOWN_TIME
        centre += nearby.correction(KINDS[kind], RESIDUAL_PULL)
        offsets = self.intervals.offsets[:, kind, job].tolist()
        low, optimal, middle, high = (math.exp(centre + offset) for offset in offsets)
        counts = nearby.column[f"{KINDS[kind]}_count"]
        samples = sum(counts)
        if samples:
            source, evidence = TimeSource.WORK_RESULTS, self._evidence(nearby.row, counts)
        else:
            known = bool(self.times.known[kind, job])
            source, evidence = TimeSource.MODEL if known else TimeSource.STANDARD, ()
        return TimeEstimate(middle, low, high, optimal, high, source, samples, evidence)

    def _of_plant(self, job: int) -> Doings:
        """Return how the whole plant does an operation, of which no neighbour knows."""
        if job not in self._plant:
            positions = np.flatnonzero(self.library.arrays["operation_job"] == job)[:MOST_OF_PLANT]
            everyone = Neighbourhood(
                self.library, self.residual, positions, np.ones(len(positions))
            )
            self._plant[job] = everyone.of(job)
        return self._plant[job]

    @cached_property
    def _has_standard(self) -> np.ndarray:
        """Whether the plant has a standard, be it 0, for each kind of time and operation."""
        arrays, jobs = self.library.arrays, len(self.library.names["jobs"])
        job = arrays["operation_job"].astype(np.int64)
        known = [np.isfinite(arrays[f"operation_{kind}"]) for kind in KINDS]
        return np.stack([np.bincount(job[each], minlength=jobs) > 0 for each in known])

    def _evidence(self, rows: Sequence[int], counts: Sequence[int]) -> tuple[str, ...]:
        reported = dict.fromkeys(row for row, count in zip(rows, counts, strict=True) if count)
        return tuple(self.codes[row] for row in list(reported)[:EVIDENCE])

    def _choices(self, what: str, done: Doings) -> tuple[ResourceChoice, ...]:
        codes, labels = self.library.names[f"{what}s"], self.library.names[f"{what}_names"]
        return tuple(
            ResourceChoice(codes[number], labels[number], share)
            for number, share in done.tally(what)[: ALTERNATES + 1]
        )
