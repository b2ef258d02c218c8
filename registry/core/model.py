"""The model as one object: it takes items and answers with ranked routings.

A ``RoutingModel`` joins the parts that are learned separately: the encoder, the index of known items,
their routing library, the ranker, the confidence, and the times.  It needs no ERP and no Django.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from registry.core import metrics
from registry.core.base import Base, Ranked, Retrieved, rank
from registry.core.candidates import Pool
from registry.core.confidence import Confidence
from registry.core.embedding import RoutingEmbedding
from registry.core.encoder import Encoded, Encoder
from registry.core.explain import attribute_weights, flips, sentences
from registry.core.features import FeatureAssembler
from registry.core.habits import GroupHabit, PlainHabit
from registry.core.index import NeighbourIndex
from registry.core.intervals import TimeIntervals
from registry.core.items import RawItems
from registry.core.known import KnownRouting, known_routings
from registry.core.library import RoutingLibrary
from registry.core.proposals import Neighbourhood, Proposer
from registry.core.ranking import Ranker
from registry.core.routing import (
    Candidate,
    CandidateSource,
    Explanation,
    Item,
    Neighbour,
    Operation,
    Prediction,
)
from registry.core.state import State
from registry.core.times import TimeModel

SHOWN_NEIGHBOURS = 9
ASKED_FOR_OPERATIONS = 15
"""Nearest groups that vote on resources, outsourcing and times."""
PROC_STEP = 10


class RoutingModel:
    """A trained version: items in, predictions out."""

    def __init__(
        self,
        base: Base,
        ranker: Ranker,
        confidence: Confidence,
        intervals: TimeIntervals,
        *,
        profile: Mapping[str, Any] | None = None,
        name: str = "",
    ) -> None:
        self.base, self.ranker, self.confidence = base, ranker, confidence
        self.intervals = intervals
        self.profile = dict(profile or {})
        self.name = name
        self.proposer = Proposer(base.library, base.times, intervals, base.residual, base.raw.codes)

    @property
    def schema_hash(self) -> str:
        """Hash of what the encoder looks at and how."""
        return self.base.encoder.assembler.schema_hash

    @property
    def attributes(self) -> tuple[str, ...]:
        """Canonical names of the attributes the model looks at."""
        return self.base.encoder.names

    @cached_property
    def operation_names(self) -> Mapping[str, str]:
        """Operation codes to names."""
        names = self.base.library.names
        return dict(zip(names["jobs"], names["job_names"], strict=True))

    @property
    def item_codes(self) -> Sequence[str]:
        """Codes of all known items."""
        return self.base.raw.codes

    def knows(self, code: str) -> bool:
        """Whether an item was in the ERP when the version was trained."""
        return self.base.raw.book.row(code) is not None

    def item(self, code: str) -> Item | None:
        """Return a known item with its attributes, None when unknown."""
        row = self.base.raw.book.row(code)
        return None if row is None else self.base.raw.item(row)

    def routings_of(self, code: str) -> list[KnownRouting]:
        """Return the routings a known item has in the ERP."""
        row = self.base.raw.book.row(code)
        return [] if row is None else known_routings(self.base.library, row)

    def predict(
        self,
        items: Sequence[Item],
        *,
        top_k: int = 5,
        leave_out: bool = False,
        explain: bool = True,
        feature_weights: Mapping[str, float] | None = None,
    ) -> list[Prediction]:
        """Propose routings.

        Args:
            items: n items, known or described.
            top_k: most candidates for each.
            leave_out: whether a known item is kept out of its own evidence.
            explain: whether to say why.
            feature_weights: factors on attributes, for this call only.
        """
        if not items:
            return []
        encoded = self.base.encoder.encode(self.base.encoder.raw(items), feature_weights)
        own = [self.base.raw.book.row(item.code) if leave_out else None for item in items]
        retrieved = self.base.retrieve(encoded, own)
        ranked = [
            rank(self.base, self.ranker, found, encoded.log_odds[row])
            for row, found in enumerate(retrieved)
        ]
        minutes = self._minutes(encoded, retrieved, ranked, top_k)
        return [
            self._answer(
                item,
                encoded,
                row,
                retrieved[row],
                ranked[row],
                minutes[row],
                own[row],
                top_k,
                explain,
            )
            for row, item in enumerate(items)
        ]

    def _minutes(
        self, encoded: Encoded, retrieved: Sequence[Retrieved], ranked: Sequence[Ranked], top_k: int
    ) -> list[dict[int, tuple[float, float]]]:
        """Return for each item the log minutes of run and setup of every operation it may show."""
        wanted = [
            sorted(
                {job for place in r.order[:top_k].tolist() for job in found.pool.sequences[place]}
            )
            for found, r in zip(retrieved, ranked, strict=True)
        ]
        item = np.repeat(np.arange(len(wanted)), [len(jobs) for jobs in wanted])
        job = np.array([job for jobs in wanted for job in jobs], dtype=np.int64)
        run, setup = self.base.times.predict(encoded.features, item, job).tolist()
        answers: list[dict[int, tuple[float, float]]] = [{} for _ in wanted]
        for row, number, r, s in zip(item.tolist(), job.tolist(), run, setup, strict=True):
            answers[row][number] = (r, s)
        return answers

    def _answer(
        self,
        item: Item,
        encoded: Encoded,
        row: int,
        found: Retrieved,
        ranked: Ranked,
        minutes: Mapping[int, tuple[float, float]],
        own: int | None,
        top_k: int,
        explain: bool,
    ) -> Prediction:
        first = float(self.confidence.probability(np.array([ranked.signs]))[0])
        chances = self.confidence.spread(first, ranked.chances[: max(top_k, 2)])
        near = self.proposer.neighbourhood(
            found.rows[:ASKED_FOR_OPERATIONS], found.cosines[:ASKED_FOR_OPERATIONS], own
        )
        candidates = self._candidates(found, ranked, chances[:top_k], near, minutes)
        neighbours = self._neighbours(found, candidates[0], own)
        known_attributes = any(column.codes[row] >= 0 for column in encoded.clean.texts.values())
        known_attributes |= any(np.isfinite(n[row]) for n in encoded.clean.numbers.values())
        reason = self._doubt(first, candidates, neighbours, known_attributes)
        explanation = Explanation()
        if explain:
            explanation = self._explain(item, encoded, row, found, candidates[0], neighbours, own)
        return Prediction(
            item.code, reason is not None, reason, candidates, neighbours, explanation
        )

    def _candidates(
        self,
        found: Retrieved,
        ranked: Ranked,
        confidences: np.ndarray,
        near: Neighbourhood,
        minutes: Mapping[int, tuple[float, float]],
    ) -> tuple[Candidate, ...]:
        pool = found.pool
        operations: dict[int, Operation] = {}
        support = _supports(pool)
        candidates = []
        for place, confidence in zip(ranked.order.tolist(), confidences.tolist(), strict=False):
            jobs = pool.sequences[place]
            for job in jobs:
                if job not in operations:
                    operations[job] = self.proposer.operation(
                        job, near, minutes[job], support.get(job, 0.0)
                    )
            known = int(pool.known[place])
            steps = tuple(
                _at(operations[job], PROC_STEP * position) for position, job in enumerate(jobs, 1)
            )
            similarity, reference = self._reference(found, known)
            candidates.append(
                Candidate(
                    rank=len(candidates) + 1,
                    operations=steps,
                    confidence=confidence,
                    similarity=similarity,
                    reference_item=reference,
                    source=CandidateSource.NEIGHBOUR if known >= 0 else CandidateSource.COMPOSED,
                )
            )
        return tuple(candidates)

    def _reference(self, found: Retrieved, sequence: int) -> tuple[float, str | None]:
        """Return the cosine and code of the nearest item that has a sequence (of any, if new)."""
        fallback: tuple[float, str | None] = (0.0, None)
        for cosine, members in zip(found.cosines.tolist(), found.rows, strict=True):
            if sequence >= 0 and cosine > found.nearest.get(sequence, -2.0) + 1e-6:
                if fallback[1] is None:
                    fallback = (cosine, self.base.raw.codes[int(members[0])])
                continue
            if sequence < 0:
                return cosine, self.base.raw.codes[int(members[0])]
            for row in members[:200].tolist():
                if sequence in self.base.library.sequences_of(row):
                    return cosine, self.base.raw.codes[row]
        return fallback

    def _neighbours(
        self, found: Retrieved, best: Candidate, own: int | None
    ) -> tuple[Neighbour, ...]:
        library, neighbours = self.base.library, []
        for cosine, members in zip(found.cosines.tolist(), found.rows, strict=True):
            for row in members[:SHOWN_NEIGHBOURS].tolist():
                if row == own:
                    continue
                routing = library.routings_of(row).start
                jobs = library.job_codes(
                    library.jobs_of_sequence(int(library.arrays["routing_sequence"][routing]))
                )
                neighbours.append(
                    Neighbour(
                        self.base.raw.codes[row],
                        min(1.0, cosine),
                        library.routing_numbers[routing],
                        jobs,
                        metrics.edits(best.jobs, jobs),
                    )
                )
                if len(neighbours) == SHOWN_NEIGHBOURS:
                    return tuple(neighbours)
        return tuple(neighbours)

    def _doubt(
        self,
        confidence: float,
        candidates: Sequence[Candidate],
        neighbours: Sequence[Neighbour],
        known_attributes: bool,
    ) -> str | None:
        """Return why a planner should decide, None when the answer is sure enough."""
        if not known_attributes:
            return "The item has no attribute that the model knows, so nothing can be compared."
        if confidence >= self.confidence.limit:
            return None
        ways = len({neighbour.jobs for neighbour in neighbours})
        nearest = neighbours[0].similarity if neighbours else 0.0
        if nearest < 0.6:
            return f"No similar item is known: the nearest is only {nearest:.0%} alike."
        if candidates[0].source is CandidateSource.COMPOSED:
            return "The likeliest routing is new: no known item is made exactly this way."
        if ways > 1:
            return f"The nearest items are made in {ways} different ways."
        return (
            f"The likeliest routing is only {confidence:.0%} sure; this version answers from "
            f"{self.confidence.limit:.0%}."
        )

    def _explain(
        self,
        item: Item,
        encoded: Encoded,
        row: int,
        found: Retrieved,
        best: Candidate,
        neighbours: Sequence[Neighbour],
        own: int | None,
    ) -> Explanation:
        base = self.base
        weights = attribute_weights(
            base.encoder, encoded, row, item, base.index.vectors[found.groups]
        )
        rows = [int(m[0]) for m in found.rows[:30] if int(m[0]) != own]
        codes = base.library.names["jobs"]
        numbers = [self._job_number[job] for job in best.jobs]
        changes = flips(
            base.encoder, item, encoded.log_odds[row], numbers, weights, base.raw, rows, codes
        )
        return Explanation(sentences(best, neighbours, weights), weights, changes)

    @cached_property
    def _job_number(self) -> dict[str, int]:
        return {code: number for number, code in enumerate(self.base.library.names["jobs"])}

    def to_states(self) -> dict[str, State]:
        """Return every part, ready for ``artifacts.write``."""
        base = self.base
        return {
            "model": State(meta={"profile": self.profile}, arrays={"residual": base.residual}),
            "assembler": State(meta=base.encoder.assembler.to_json()),
            "embedding": base.encoder.embedding.to_state(),
            "items": base.raw.to_state(),
            "library": base.library.to_state(),
            "index": base.index.to_state(),
            "group": base.group.to_state(),
            "plain": base.plain.to_state(),
            "times": base.times.to_state(),
            "ranker": self.ranker.to_state(),
            "confidence": self.confidence.to_state(),
            "intervals": self.intervals.to_state(),
        }

    @classmethod
    def from_states(cls, states: Mapping[str, State], name: str = "") -> RoutingModel:
        """Rebuild a model from its parts."""
        assembler = FeatureAssembler.from_json(states["assembler"].meta)
        embedding = RoutingEmbedding.from_state(states["embedding"])
        base = Base(
            raw=RawItems.from_state(states["items"]),
            library=RoutingLibrary.from_state(states["library"]),
            encoder=Encoder(assembler.attributes, assembler, embedding),
            index=NeighbourIndex.from_state(states["index"]),
            group=GroupHabit.from_state(states["group"]),
            plain=PlainHabit.from_state(states["plain"]),
            times=TimeModel.from_state(states["times"]),
            residual=states["model"].arrays["residual"],
        )
        return cls(
            base,
            Ranker.from_state(states["ranker"]),
            Confidence.from_state(states["confidence"]),
            TimeIntervals.from_state(states["intervals"]),
            profile=states["model"].meta["profile"],
            name=name,
        )


def _at(operation: Operation, sequence: int) -> Operation:
    return replace(operation, sequence=sequence)


def _supports(pool: Pool) -> dict[int, float]:
    """Return for each operation the share of the neighbours' vote that has it."""
    support: dict[int, float] = {}
    for jobs, share in zip(pool.sequences, pool.shares.tolist(), strict=True):
        for job in set(jobs):
            support[job] = support.get(job, 0.0) + share
    return {job: min(1.0, share) for job, share in support.items()}
