"""Between an answer and a draft: a proposal as it is kept, and a draft as what an export writes.

A proposal keeps the evidence of each operation (interval, source, number of work results, support).
When a draft is exported, a step that still has the proposed time still has its evidence; a time
that a planner entered is a standard of theirs: no interval, no work results behind it.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from prediction.core.drafts import Step, from_json, sequence_of, step_of
from registry.core.routing import (
    UNKNOWN_TIME,
    Candidate,
    CandidateSource,
    Explanation,
    Operation,
    Prediction,
    ResourceChoice,
    TimeEstimate,
    TimeSource,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json = dict[str, Any]


def proposal_as_json(prediction: Prediction, candidate: Candidate, version: str) -> Json:
    """Return a candidate with the evidence of its operations, as a draft keeps it."""
    return {
        "version": version,
        "rank": candidate.rank,
        "abstained": prediction.abstained,
        "confidence": candidate.confidence,
        "similarity": candidate.similarity,
        "reference_item": candidate.reference_item,
        "source": candidate.source.value,
        "operations": [
            asdict(step_of(operation, place))
            | {
                "setup": _estimate_as_json(operation.setup),
                "run": _estimate_as_json(operation.run),
                "support": operation.support,
            }
            for place, operation in enumerate(candidate.operations)
        ],
    }


def proposed_steps(proposal: Mapping[str, Any]) -> tuple[Step, ...]:
    """Return the operations of a proposal as steps."""
    evidence = {"setup", "run", "support"}
    stored = proposal["operations"]
    plain = [{key: value for key, value in one.items() if key not in evidence} for one in stored]
    return from_json(plain, len(plain))


def prediction_of(item: str, proposal: Mapping[str, Any], steps: Sequence[Step]) -> Prediction:
    """Return a draft in the form of an answer with one candidate, which every export can write."""
    candidate = Candidate(
        rank=1,
        operations=tuple(_operation(place, step, proposal) for place, step in enumerate(steps)),
        confidence=proposal["confidence"],
        similarity=proposal["similarity"],
        reference_item=proposal["reference_item"],
        source=CandidateSource(proposal["source"]),
    )
    return Prediction(item, bool(proposal["abstained"]), None, (candidate,), (), Explanation())


def _operation(place: int, step: Step, proposal: Mapping[str, Any]) -> Operation:
    known = proposal["operations"][step.origin] if step.origin is not None else {}
    if known and known["job"] != step.job:
        known = {}
    return Operation(
        sequence=sequence_of(place),
        job=step.job,
        job_name=step.job_name,
        outsourced=step.outsourced,
        outsourced_share=float(step.outsourced),
        setup=_estimate(step.setup_minutes, known.get("setup_minutes"), known.get("setup")),
        run=_estimate(step.run_minutes, known.get("run_minutes"), known.get("run")),
        queue_minutes=step.queue_minutes,
        wait_minutes=step.wait_minutes,
        move_minutes=step.move_minutes,
        resource=_choice(step.resource, step.resource_name),
        partner=_choice(step.partner, step.partner_name),
        price=step.price,
        currency=step.currency or None,
        support=known.get("support", 0.0),
    )


def _choice(code: str, name: str) -> ResourceChoice | None:
    return ResourceChoice(code, name, 1.0) if code else None


def _estimate(
    minutes: float | None, proposed: float | None, stored: Mapping[str, Any] | None
) -> TimeEstimate:
    if minutes is None:
        return UNKNOWN_TIME
    if stored and minutes == proposed:
        told = TimeEstimate(**dict(stored))
        source, evidence = TimeSource(told.source), tuple(told.evidence)
        return told._replace(minutes=minutes, source=source, evidence=evidence)
    return TimeEstimate(minutes, None, None, None, None, TimeSource.STANDARD)


def _estimate_as_json(estimate: TimeEstimate) -> Json:
    return estimate._asdict() | {
        "source": estimate.source.value,
        "evidence": list(estimate.evidence[:20]),
    }
