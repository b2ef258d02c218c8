"""One answer: candidates with their operations, the evidence, the doubt, and the reasons."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from registry.core import metrics
from registry.core.base import Base, Ranked, Retrieved
from registry.core.candidates import Pool
from registry.core.confidence import Confidence
from registry.core.encoder import Encoded
from registry.core.explain import attribute_weights, flips, has_value, sentences
from registry.core.neighbourhood import Nearby, Practice
from registry.core.proposals import Proposer
from registry.core.routing import (
    Candidate,
    CandidateSource,
    Doubt,
    DoubtCode,
    Explanation,
    Item,
    Neighbour,
    Operation,
    Prediction,
)
from registry.core.vector_search import widened

SHOWN_NEIGHBOURS = 9
ASKED_FOR_OPERATIONS = 15
"""Nearest groups that vote on resources, outsourcing and times."""
ASKED_FOR_FLIPS = 30
PROC_STEP = 10
STRANGE = 0.6
"""Cosine under which the nearest item is no evidence."""


@dataclass(frozen=True)
class Asked:
    """One asked item and what was found for it.

    Attributes:
        item: as asked.
        row: its place in ``encoded``.
        encoded: all items of the call.
        found: its neighbours and candidates.
        ranked: the order of its candidates.
        sure: the probability that the first is right.
        minutes: log minutes of run and setup of each operation it may show.
        practices: how its neighbours do those operations.
        own: its row in the item store, when it is kept out of its own evidence.
    """

    item: Item
    row: int
    encoded: Encoded
    found: Retrieved
    ranked: Ranked
    sure: float
    minutes: Mapping[int, tuple[float, float]]
    practices: Mapping[int, Practice]
    own: int | None


class Answerer:
    """Turns what was found for an item into a prediction."""

    def __init__(self, base: Base, proposer: Proposer, confidence: Confidence) -> None:
        self.base, self.proposer, self.confidence = base, proposer, confidence

    def answer(self, asked: Asked, *, top_k: int, explain: bool) -> Prediction:
        """Return the prediction for one item."""
        found = asked.found
        chances = self.confidence.spread(asked.sure, asked.ranked.chances[: max(top_k, 2)])
        candidates = self._candidates(asked, chances[:top_k])
        neighbours = self._neighbours(found, candidates[0], asked.own)
        doubt = self._doubt(asked, candidates[0], neighbours)
        explanation = Explanation()
        if explain:
            explanation = self._explain(asked, candidates[0], neighbours)
        return Prediction(
            asked.item.code, doubt is not None, doubt, candidates, neighbours, explanation
        )

    def _candidates(self, asked: Asked, confidences: np.ndarray) -> tuple[Candidate, ...]:
        found, pool = asked.found, asked.found.pool
        operations: dict[int, Operation] = {}
        steps: dict[tuple[int, int], Operation] = {}
        support = supports(pool)
        distances = (-found.cosines).tolist()
        candidates: list[Candidate] = []
        for place, confidence in zip(
            asked.ranked.order.tolist(), confidences.tolist(), strict=False
        ):
            jobs = pool.sequences[place]
            for job in jobs:
                if job not in operations:
                    operations[job] = self.proposer.operation(
                        PROC_STEP, job, asked.practices, asked.minutes[job], support.get(job, 0.0)
                    )
            known = int(pool.known[place])
            for step in enumerate(jobs, start=1):
                if step not in steps:  # candidates have most steps in common
                    position, job = step
                    steps[step] = operations[job]._replace(sequence=PROC_STEP * position)
            similarity, reference = self._reference(found, distances, known)
            candidates.append(
                Candidate(
                    rank=len(candidates) + 1,
                    operations=tuple(steps[step] for step in enumerate(jobs, start=1)),
                    confidence=confidence,
                    similarity=similarity,
                    reference_item=reference,
                    source=CandidateSource.NEIGHBOUR if known >= 0 else CandidateSource.COMPOSED,
                )
            )
        return tuple(candidates)

    def _reference(
        self, found: Retrieved, distances: Sequence[float], sequence: int
    ) -> tuple[float, str | None]:
        """Return the cosine and code of the nearest item that has a sequence, else of any.

        Args:
            found: the item's neighbours.
            distances: their negative cosines, which rise.
            sequence: number of a known sequence, negative for a new one.
        """
        if not distances:
            return 0.0, None
        # Nobody nearer than the nearest has it; a new sequence nobody has.
        nearest = found.nearest.get(sequence, -2.0) + 1e-6
        for place in range(bisect_left(distances, -nearest), len(distances)):
            for row in found.rows[place][:200].tolist():
                if sequence in self.base.library.sequences_of(row):
                    return -distances[place], self.proposer.code_of(row)
        return -distances[0], self.proposer.code_of(int(found.rows[0][0]))

    def _neighbours(
        self, found: Retrieved, best: Candidate, own: int | None
    ) -> tuple[Neighbour, ...]:
        library, neighbours = self.base.library, []
        ways: dict[int, tuple[tuple[str, ...], int]] = {}
        for cosine, members in zip(found.cosines.tolist(), found.rows, strict=True):
            for row in members[:SHOWN_NEIGHBOURS].tolist():
                if row == own:
                    continue
                routing = library.routings_of(row).start
                sequence = int(library.arrays["routing_sequence"][routing])
                if sequence not in ways:  # most neighbours are made like another
                    jobs = library.job_codes(library.jobs_of_sequence(sequence))
                    ways[sequence] = jobs, metrics.edits(best.jobs, jobs)
                number = library.routing_numbers[routing]
                neighbours.append(
                    Neighbour(self.proposer.code_of(row), min(1.0, cosine), number, *ways[sequence])
                )
                if len(neighbours) == SHOWN_NEIGHBOURS:
                    return tuple(neighbours)
        return tuple(neighbours)

    def _doubt(
        self, asked: Asked, best: Candidate, neighbours: Sequence[Neighbour]
    ) -> Doubt | None:
        """Return why a planner should decide, None when the answer is sure enough."""
        if not self._comparable(asked):
            return Doubt(DoubtCode.NOTHING_TO_COMPARE)
        if asked.sure >= self.confidence.limit:
            return None
        ways = len({neighbour.jobs for neighbour in neighbours})
        nearest = neighbours[0].similarity if neighbours else 0.0
        if nearest < STRANGE:
            return Doubt(DoubtCode.NO_SIMILAR_ITEM, {"similarity": nearest})
        if best.source is CandidateSource.COMPOSED:
            return Doubt(DoubtCode.NEW_SEQUENCE)
        if ways > 1:
            return Doubt(DoubtCode.DIFFERENT_WAYS, {"ways": ways})
        figures = {"confidence": asked.sure, "limit": self.confidence.limit}
        return Doubt(DoubtCode.LOW_CONFIDENCE, figures)

    def _comparable(self, asked: Asked) -> bool:
        """Return whether the item has any attribute that the model has learned to look at."""
        encoder = self.base.encoder
        return any(
            has_value(asked.encoded, name, asked.row)
            for name in encoder.names
            if encoder.assembler.blocks_of(name)
        )

    def _explain(
        self, asked: Asked, best: Candidate, neighbours: Sequence[Neighbour]
    ) -> Explanation:
        base, found = self.base, asked.found
        near = widened(base.index.vectors[found.groups])
        weights = attribute_weights(base.encoder, asked.encoded, asked.row, asked.item, near)
        rows = [int(m[0]) for m in found.rows[:ASKED_FOR_FLIPS] if int(m[0]) != asked.own]
        changes = flips(
            base.encoder,
            asked.encoded,
            asked.row,
            asked.item,
            [self._job_number[job] for job in best.jobs],
            weights,
            base.raw,
            rows,
            base.library.names["jobs"],
        )
        return Explanation(sentences(best, neighbours, weights), weights, changes)

    @cached_property
    def _job_number(self) -> dict[str, int]:
        return {code: number for number, code in enumerate(self.base.library.names["jobs"])}


def nearby(found: Retrieved, own: int | None) -> Nearby:
    """Return whom an item asks about its operations."""
    return Nearby(found.rows[:ASKED_FOR_OPERATIONS], found.cosines[:ASKED_FOR_OPERATIONS], own)


def supports(pool: Pool) -> dict[int, float]:
    """Return for each operation the share of the neighbours' vote that has it."""
    support: dict[int, float] = {}
    for jobs, share in zip(pool.sequences, pool.shares.tolist(), strict=True):
        for job in set(jobs) if share else ():
            support[job] = support.get(job, 0.0) + share
    return {job: min(1.0, share) for job, share in support.items()}
