"""From a sequence of operation codes to a routing a planner can use.

Who does an operation, in-house or not, on which resource, for which price and with which pauses is
voted by the neighbours that have the operation; its times come from the time model, drawn towards
the work results of those neighbours.  Where no neighbour has an operation, the whole plant votes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from registry.core.intervals import TimeIntervals
from registry.core.library import RoutingLibrary
from registry.core.routing import (
    NO_TIME,
    UNKNOWN_TIME,
    Operation,
    ResourceChoice,
    TimeEstimate,
    TimeSource,
)
from registry.core.times import KINDS, TimeModel

SHARPNESS = 0.05
"""Cosine distance over which a neighbour's say falls to 1/e."""
RESIDUAL_PULL = 2.0
"""How many equally near neighbours the time model's own estimate counts for."""
ITEMS_PER_GROUP = 4
"""Items of one group (of identical vectors) that are asked."""
ALTERNATES = 3
EVIDENCE = 5
PAUSES = ("queue", "wait", "move")


@dataclass(frozen=True)
class Neighbourhood:
    """The operations of an item's neighbours.

    Attributes:
        operations: positions in the library's operation arrays.
        weights: the say of each.
        job: their operation numbers.
    """

    operations: np.ndarray
    weights: np.ndarray
    job: np.ndarray


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
        order = np.argsort(library.arrays["operation_job"], kind="stable")
        jobs = library.arrays["operation_job"][order]
        self._by_job = order
        self._job_start = np.searchsorted(jobs, np.arange(len(library.names["jobs"]) + 1))

    def neighbourhood(
        self, rows: Sequence[np.ndarray], cosines: np.ndarray, own: int | None = None
    ) -> Neighbourhood:
        """Collect the operations of the nearest items.

        Args:
            rows: item rows of each near group.
            cosines: (groups,) nearest first.
            own: the asked item's row, when it must not be asked itself.
        """
        library, positions, weights = self.library, [], []
        top = float(cosines[0]) if len(cosines) else 0.0
        for members, cosine in zip(rows, cosines.tolist(), strict=True):
            chosen = [row for row in members[: ITEMS_PER_GROUP + 1].tolist() if row != own]
            chosen = chosen[:ITEMS_PER_GROUP]
            for row in chosen:
                routings = library.routings_of(row)
                start = library.arrays["routing_start"][routings.start]
                end = library.arrays["routing_start"][routings.stop]
                positions.append(np.arange(start, end))
                say = np.exp((cosine - top) / SHARPNESS) / (len(chosen) * max(1, len(routings)))
                weights.append(np.full(end - start, say))
        if not positions:
            nothing = np.zeros(0, dtype=np.int64)
            return Neighbourhood(nothing, nothing.astype(float), nothing)
        flat = np.concatenate(positions)
        return Neighbourhood(flat, np.concatenate(weights), library.arrays["operation_job"][flat])

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
        arrays, names = self.library.arrays, self.library.names
        mine = near.job == job
        positions, weights = near.operations[mine], near.weights[mine]
        reported = positions
        if not len(positions):
            positions = self._by_job[self._job_start[job] : self._job_start[job + 1]][:200]
            weights = np.ones(len(positions))
        share = _share(arrays["operation_outsourced"][positions], weights)
        same = arrays["operation_outsourced"][positions] == (share >= 0.5)
        positions, weights = positions[same], weights[same]
        resources = self._choices("resource", positions, weights)
        partners = self._choices("partner", positions, weights) if share >= 0.5 else ()
        currency = self._choices("currency", positions, weights)
        pauses = {
            f"{name}_minutes": _median(arrays[f"operation_{name}"][positions]) for name in PAUSES
        }
        return Operation(
            sequence=0,
            job=names["jobs"][job],
            job_name=names["job_names"][job],
            outsourced=share >= 0.5,
            outsourced_share=share,
            setup=self.estimate(1, job, near, reported, log_minutes[1]),
            run=self.estimate(0, job, near, reported, log_minutes[0]),
            resource=resources[0] if resources else None,
            resource_alternates=resources[1:],
            partner=partners[0] if partners else None,
            partner_alternates=partners[1:],
            price=_median(arrays["operation_price"][positions]) if share >= 0.5 else None,
            currency=currency[0].code if currency and share >= 0.5 else None,
            support=support,
            **pauses,
        )

    def estimate(
        self, kind: int, job: int, near: Neighbourhood, positions: np.ndarray, centre: float
    ) -> TimeEstimate:
        """Return the time of an operation (kind 0 is run, 1 setup)."""
        counts = self.library.arrays[f"operation_{KINDS[kind]}_count"][positions]
        samples = int(counts.sum())
        if not np.isfinite(centre):
            return NO_TIME if self._has_standard[kind, job] else UNKNOWN_TIME
        centre += self.correction(kind, job, near)
        low, optimal, middle, high = np.exp(centre + self.intervals.offsets[:, kind, job]).tolist()
        known = bool(self.times.known[kind, job])
        source = TimeSource.MODEL if known else TimeSource.STANDARD
        if samples:
            source = TimeSource.WORK_RESULTS
        evidence = self._evidence(positions[counts > 0]) if samples else ()
        return TimeEstimate(middle, low, high, optimal, high, source, samples, evidence)

    @cached_property
    def _has_standard(self) -> np.ndarray:
        """Whether the plant has a standard, be it 0, for each kind of time and operation."""
        arrays, jobs = self.library.arrays, len(self.library.names["jobs"])
        job = arrays["operation_job"].astype(np.int64)
        known = [np.isfinite(arrays[f"operation_{kind}"]) for kind in KINDS]
        return np.stack([np.bincount(job[each], minlength=jobs) > 0 for each in known])

    def correction(self, kind: int, job: int, near: Neighbourhood) -> float:
        """Return by how much the neighbours' work results pull the model's log minutes."""
        mine = near.job == job
        positions = near.operations[mine]
        residual = self.residual[kind, positions]
        known = np.isfinite(residual)
        if not known.any():
            return 0.0
        counts = self.library.arrays[f"operation_{KINDS[kind]}_count"][positions][known]
        trust = near.weights[mine][known] * counts / (counts + 1.0)
        return float((trust * residual[known]).sum() / (trust.sum() + RESIDUAL_PULL))

    def _evidence(self, positions: np.ndarray) -> tuple[str, ...]:
        items = self.library.routing_item[self.library.operation_routing[positions]]
        rows = list(dict.fromkeys(items.tolist()))[:EVIDENCE]
        return tuple(self.codes[row] for row in rows)

    def _choices(
        self, what: str, positions: np.ndarray, weights: np.ndarray
    ) -> tuple[ResourceChoice, ...]:
        numbers = self.library.arrays[f"operation_{what}"][positions]
        tally: dict[int, float] = {}
        for number, weight in zip(numbers.tolist(), weights.tolist(), strict=True):
            if number >= 0:
                tally[number] = tally.get(number, 0.0) + weight
        whole = sum(tally.values())
        codes = self.library.names["currencies" if what == "currency" else f"{what}s"]
        labels = codes if what == "currency" else self.library.names[f"{what}_names"]
        best = sorted(tally.items(), key=lambda entry: (-entry[1], entry[0]))[: ALTERNATES + 1]
        return tuple(ResourceChoice(codes[n], labels[n], weight / whole) for n, weight in best)


def _share(flags: np.ndarray, weights: np.ndarray) -> float:
    total = float(weights.sum())
    return float((weights * flags).sum() / total) if total > 0 else 0.0


def _median(values: np.ndarray) -> float | None:
    known = np.sort(values[np.isfinite(values)])
    if not len(known):
        return None
    return float(known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2
