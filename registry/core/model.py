"""The model as one object: it takes items and answers with ranked routings.

A ``RoutingModel`` joins the parts that are learned separately: the encoder, the index of known
items, their routing library, the ranker, the confidence, and the times.  It needs no ERP and no
Django.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import repeat
from typing import Any

import numpy as np

from registry.core import stepwise
from registry.core.answers import Answerer, Asked, nearby
from registry.core.base import Base, Ranked, Retrieved, rank
from registry.core.confidence import Confidence
from registry.core.embedding import RoutingEmbedding
from registry.core.encoder import Encoded, Encoder
from registry.core.features import FeatureAssembler
from registry.core.habits import GroupHabit, PlainHabit
from registry.core.index import NeighbourIndex
from registry.core.intervals import TimeIntervals
from registry.core.items import RawColumn, RawItems
from registry.core.known import KnownRouting, known_routings
from registry.core.library import RoutingLibrary
from registry.core.proposals import Proposer
from registry.core.ranking import Ranker
from registry.core.routing import (
    Item,
    Prediction,
)
from registry.core.state import State
from registry.core.times import TimeModel


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
        proposer = Proposer(base.library, base.times, intervals, base.residual, base.raw.codes)
        self.answerer = Answerer(base, proposer, confidence)

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

    def column(self, name: str) -> RawColumn | None:
        """Return an attribute of all known items, in the order of ``item_codes``."""
        return self.base.raw.columns.get(name)

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
        sure = self.confidence.probability(np.array([each.signs for each in ranked])).tolist()
        wanted = _operations(retrieved, ranked, top_k)
        minutes = self._minutes(encoded, wanted)
        asking = [nearby(found, mine) for found, mine in zip(retrieved, own, strict=True)]
        practices = self.answerer.proposer.practices(asking, wanted)
        return [
            self.answerer.answer(Asked(*parts), top_k=top_k, explain=explain)
            for parts in zip(
                items,
                range(len(items)),
                repeat(encoded),
                retrieved,
                ranked,
                sure,
                minutes,
                practices,
                own,
            )
        ]

    def stepwise(
        self, item: Item, chosen: Sequence[str], *, leave_out: bool = False
    ) -> stepwise.Stepwise:
        """Describe the operations chosen so far and rank what may come next.

        Args:
            item: known or described.
            chosen: codes of operations, in order.
            leave_out: whether a known item is kept out of its own evidence.

        Raises:
            UnknownOperation: the plant has no such operation.
        """
        base, numbers = self.base, stepwise.numbers_of(self.base.library, chosen)
        encoded = base.encoder.encode(base.encoder.raw([item]))
        own = base.raw.book.row(item.code) if leave_out else None
        (found,) = base.retrieve(encoded, [own])
        (minutes,) = self._minutes(encoded, [sorted(set(numbers))])
        return stepwise.Stepwise(
            stepwise.chosen_operations(self.answerer.proposer, found, own, numbers, minutes),
            stepwise.next_operations(base, found, encoded.log_odds[0], numbers),
        )

    def _minutes(
        self, encoded: Encoded, wanted: Sequence[Sequence[int]]
    ) -> list[dict[int, tuple[float, float]]]:
        """Return for each item the log minutes of run and setup of its wanted operations."""
        item = np.repeat(np.arange(len(wanted)), [len(jobs) for jobs in wanted])
        job = np.array([job for jobs in wanted for job in jobs], dtype=np.int64)
        run, setup = self.base.times.predict(encoded.features, item, job).tolist()
        answers: list[dict[int, tuple[float, float]]] = [{} for _ in wanted]
        for row, number, r, s in zip(item.tolist(), job.tolist(), run, setup, strict=True):
            answers[row][number] = (r, s)
        return answers

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


def _operations(
    retrieved: Sequence[Retrieved], ranked: Sequence[Ranked], top_k: int
) -> list[list[int]]:
    """Return for each item the operations of the candidates it shows."""
    return [
        sorted({job for place in r.order[:top_k].tolist() for job in found.pool.sequences[place]})
        for found, r in zip(retrieved, ranked, strict=True)
    ]
