"""The words of the trade as plain, frozen data: items, operations, routings, predictions.

Times are minutes; run times are minutes a piece, setup times minutes an order.  These objects are
what the model answers with; the shell turns them into JSON, CSV and pages.  What an answer has a
hundred of is a named tuple, made in a third of the time that a frozen dataclass takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple


class TimeSource(StrEnum):
    """What a time rests on, best first."""

    WORK_RESULTS = "work_results"
    MODEL = "model"
    STANDARD = "standard"
    UNKNOWN = "unknown"


class CandidateSource(StrEnum):
    """Where a candidate's sequence comes from."""

    NEIGHBOUR = "neighbour"
    COMPOSED = "composed"


class DoubtCode(StrEnum):
    """Why a planner should decide."""

    NOTHING_TO_COMPARE = "nothing_to_compare"
    NO_SIMILAR_ITEM = "no_similar_item"
    NEW_SEQUENCE = "new_sequence"
    DIFFERENT_WAYS = "different_ways"
    LOW_CONFIDENCE = "low_confidence"


DOUBTS: Mapping[DoubtCode, str] = {
    DoubtCode.NOTHING_TO_COMPARE: (
        "The item has no attribute that the model knows, so nothing can be compared."
    ),
    DoubtCode.NO_SIMILAR_ITEM: (
        "No similar item is known: the nearest is only {similarity:.0%} alike."
    ),
    DoubtCode.NEW_SEQUENCE: (
        "The likeliest routing is new: no known item is made exactly this way."
    ),
    DoubtCode.DIFFERENT_WAYS: "The nearest items are made in {ways:.0f} different ways.",
    DoubtCode.LOW_CONFIDENCE: (
        "The likeliest routing is only {confidence:.1%} sure; this version answers from "
        "{limit:.1%}."
    ),
}
"""What each code says, with its figures."""

TIER_HIGH = 0.8
"""Similarity from which the tier label is HIGH (a label only, not the limit for abstention)."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item as the ERP or a request describes it: canonical column names to raw values."""

    code: str
    attributes: Mapping[str, object] = field(default_factory=dict)


class TimeEstimate(NamedTuple):
    """A time in minutes with its 80 % interval and what it rests on.

    ``optimal <= minutes <= safe`` are quantiles (0.25, 0.5, 0.9) of the same distribution whose
    0.1 and 0.9 quantiles are ``low`` and ``high``.  ``sample_count`` is the number of work results
    behind the estimate, ``evidence`` the codes of the items they were reported for.  Where the
    plant has neither a work result nor a standard for the operation, the source is ``UNKNOWN`` and
    every figure None.
    """

    minutes: float | None
    low: float | None
    high: float | None
    optimal: float | None
    safe: float | None
    source: TimeSource
    sample_count: int = 0
    evidence: tuple[str, ...] = ()


UNKNOWN_TIME = TimeEstimate(None, None, None, None, None, TimeSource.UNKNOWN)
NO_TIME = TimeEstimate(0.0, 0.0, 0.0, 0.0, 0.0, TimeSource.STANDARD)
"""The time of an operation whose standards are all 0, and that nobody reported."""


class ResourceChoice(NamedTuple):
    """A resource (or a subcontractor) that does an operation, with its share of the vote."""

    code: str
    name: str
    share: float


class Operation(NamedTuple):
    """One step of a proposed routing."""

    sequence: int
    job: str
    job_name: str
    outsourced: bool
    outsourced_share: float
    setup: TimeEstimate
    run: TimeEstimate
    queue_minutes: float | None = None
    wait_minutes: float | None = None
    move_minutes: float | None = None
    resource: ResourceChoice | None = None
    resource_alternates: tuple[ResourceChoice, ...] = ()
    partner: ResourceChoice | None = None
    partner_alternates: tuple[ResourceChoice, ...] = ()
    price: float | None = None
    currency: str | None = None
    support: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """One coherent proposed routing.

    ``confidence`` is the calibrated probability that the sequence is right; ``similarity`` the
    cosine of the nearest item that has it (of the nearest item at all when composed).
    """

    rank: int
    operations: tuple[Operation, ...]
    confidence: float
    similarity: float
    reference_item: str | None
    source: CandidateSource

    @property
    def jobs(self) -> tuple[str, ...]:
        """Operation codes in order."""
        return tuple(operation.job for operation in self.operations)

    @property
    def signature(self) -> str:
        """Operation codes joined by ``+``."""
        return "+".join(self.jobs)

    @property
    def tier(self) -> str:
        """``HIGH`` or ``LOW``, by similarity."""
        return "HIGH" if self.similarity >= TIER_HIGH else "LOW"


class Neighbour(NamedTuple):
    """A known item made like the asked one; ``differs_in`` counts edits to the best candidate."""

    item: str
    similarity: float
    routing: str
    jobs: tuple[str, ...]
    differs_in: int


@dataclass(frozen=True, slots=True)
class AttributeWeight:
    """How much one attribute made the neighbours near: the similarity lost when it is blanked."""

    attribute: str
    value: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Flip:
    """A single attribute change that would add or remove an operation of the best candidate."""

    attribute: str
    value: str
    other_value: str
    job: str
    added: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why this answer: sentences for people, then the figures behind them."""

    sentences: tuple[str, ...] = ()
    attributes: tuple[AttributeWeight, ...] = ()
    flips: tuple[Flip, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a planner should decide: a code, and the figures that belong to it."""

    code: DoubtCode
    figures: Mapping[str, float] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """The same in English; pages say it in the reader's language by the code."""
        return DOUBTS[self.code].format(**self.figures)


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answer for one item: ranked candidates, evidence, and an honest "I don't know"."""

    item: str
    abstained: bool
    doubt: Doubt | None
    candidates: tuple[Candidate, ...]
    neighbours: tuple[Neighbour, ...]
    explanation: Explanation

    @property
    def reason(self) -> str | None:
        """The doubt in English."""
        return self.doubt.sentence if self.doubt else None

    @property
    def confidence(self) -> float:
        """Confidence of the best candidate, 0 when there is none."""
        return self.candidates[0].confidence if self.candidates else 0.0
