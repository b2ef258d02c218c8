"""Answers as JSON: in full for programs, in short for the record.

The full form carries what ``surfaces.md`` names, under ERP column names where there is one; the
short form keeps only which routings were proposed and how sure the version was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prediction.core.asking import Asked, ItemError, plain
from prediction.core.comparison import Total, run_total, setup_total
from prediction.core.export import candidate_id, rounded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prediction.core.grouping import Group
    from registry.core.routing import (
        Candidate,
        Explanation,
        Neighbour,
        Operation,
        Prediction,
        ResourceChoice,
        TimeEstimate,
    )
    from registry.core.stepwise import NextOperation

Json = dict[str, Any]


def prediction_as_json(prediction: Prediction, *, detailed: bool = True) -> Json:
    """Return an answer; the summary leaves out operations, neighbours and explanation."""
    candidates = [
        candidate_as_json(prediction.item, candidate, detailed=detailed)
        for candidate in prediction.candidates
    ]
    told: Json = {
        "ITEM_CD": prediction.item,
        "abstained": prediction.abstained,
        "reason": prediction.reason,
        "reason_code": prediction.doubt.code.value if prediction.doubt else None,
        "candidates": candidates,
    }
    if detailed:
        told["neighbours"] = neighbours_as_json(prediction)
        told["explanation"] = _explanation(prediction.explanation)
    return told


def candidate_as_json(item: str, candidate: Candidate, *, detailed: bool = True) -> Json:
    """Return a candidate with its totals, and its operations when asked for."""
    told: Json = {
        "CANDIDATE_ID": candidate_id(item, candidate.rank),
        "RANK": candidate.rank,
        "CONFIDENCE": rounded(candidate.confidence),
        "ROUTING_SIGNATURE": candidate.signature,
        "SIMILARITY_SCORE": rounded(candidate.similarity),
        "SIMILARITY_TIER": candidate.tier,
        "REFERENCE_ITEM_CD": candidate.reference_item,
        "source": candidate.source.value,
        "setup_total": total_as_json(setup_total(candidate)),
        "run_total": total_as_json(run_total(candidate)),
    }
    if detailed:
        told["operations"] = [operation_as_json(operation) for operation in candidate.operations]
    return told


def neighbours_as_json(prediction: Prediction) -> list[Json]:
    """Return the items that are made like the asked one."""
    return [_neighbour(neighbour) for neighbour in prediction.neighbours]


def next_as_json(choice: NextOperation) -> Json:
    """Return an operation that may come next."""
    return {
        "JOB_CD": choice.job or None,
        "JOB_NM": choice.job_name or None,
        "ends": not choice.job,
        "items": choice.items,
        "of": choice.asked,
        "chance": rounded(choice.chance),
    }


def group_as_json(group: Group) -> Json:
    """Return items that can be made together."""
    return {
        "ROUTING_SIGNATURE": "+".join(group.jobs),
        "CONFIDENCE": rounded(group.least_confidence),
        "setup_together": total_as_json(group.setup),
        "setup_apart": total_as_json(group.apart),
        "members": [
            {
                "ITEM_CD": each.item,
                "CONFIDENCE": rounded(each.confidence),
                "run": total_as_json(run_total(each.candidates[0])),
            }
            for each in group.predictions
        ],
    }


def total_as_json(total: Total) -> Json:
    """Return minutes with their interval, null where unknown."""
    return {
        "minutes": rounded(total.minutes),
        "low": rounded(total.low),
        "high": rounded(total.high),
        "incomplete": total.incomplete,
    }


def error_as_json(error: ItemError) -> Json:
    """Return why an item has no answer."""
    return {"ITEM_CD": error.item, "code": error.code, "message": error.message}


def asked_as_json(asked: Sequence[Asked], *, with_attributes: bool) -> list[Json]:
    """Return what was asked, for the record; an item named by code needs no description."""
    return [_asked(one, with_attributes=with_attributes) for one in asked]


def summary_as_json(
    predictions: Sequence[Prediction],
    errors: Sequence[ItemError],
    feature_weights: Mapping[str, float] | None = None,
) -> Json:
    """Return what was answered in short, for the record, and under which weights if any."""
    told: Json = {
        "answers": [_short(prediction) for prediction in predictions],
        "errors": [error_as_json(error) for error in errors],
    }
    return told | {"feature_weights": dict(feature_weights)} if feature_weights else told


def _asked(one: Asked, *, with_attributes: bool) -> Json:
    described = with_attributes and not one.by_code and one.item is not None
    attributes = one.item.attributes if described and one.item else None
    told = None if attributes is None else {name: plain(v) for name, v in attributes.items()}
    return {"ITEM_CD": one.code, "attributes": told}


def _short(prediction: Prediction) -> Json:
    return {
        "ITEM_CD": prediction.item,
        "abstained": prediction.abstained,
        "reason": prediction.reason,
        "reason_code": prediction.doubt.code.value if prediction.doubt else None,
        "candidates": [
            {
                "ROUTING_SIGNATURE": candidate.signature,
                "CONFIDENCE": rounded(candidate.confidence),
                "SIMILARITY_SCORE": rounded(candidate.similarity),
                "REFERENCE_ITEM_CD": candidate.reference_item,
            }
            for candidate in prediction.candidates
        ],
    }


def _neighbour(neighbour: Neighbour) -> Json:
    return {
        "ITEM_CD": neighbour.item,
        "ROUT_NO": neighbour.routing,
        "SIMILARITY_SCORE": rounded(neighbour.similarity),
        "ROUTING_SIGNATURE": "+".join(neighbour.jobs),
        "differs_in": neighbour.differs_in,
    }


def _explanation(explanation: Explanation) -> Json:
    return {
        "sentences": list(explanation.sentences),
        "attributes": [
            {
                "attribute": each.attribute,
                "value": each.value,
                "contribution": rounded(each.contribution),
            }
            for each in explanation.attributes
        ],
        "flips": [
            {
                "attribute": flip.attribute,
                "value": flip.value,
                "other_value": flip.other_value,
                "JOB_CD": flip.job,
                "added": flip.added,
            }
            for flip in explanation.flips
        ],
    }


def operation_as_json(operation: Operation) -> Json:
    """Return one step of a routing."""
    return {
        "PROC_SEQ": operation.sequence,
        "JOB_CD": operation.job,
        "JOB_NM": operation.job_name,
        "outsourced": operation.outsourced,
        "outsourced_share": rounded(operation.outsourced_share),
        "setup": _estimate(operation.setup),
        "run": _estimate(operation.run),
        "queue_minutes": rounded(operation.queue_minutes),
        "wait_minutes": rounded(operation.wait_minutes),
        "move_minutes": rounded(operation.move_minutes),
        "resource": _choice(operation.resource),
        "resource_alternates": [_choice(choice) for choice in operation.resource_alternates],
        "partner": _choice(operation.partner),
        "partner_alternates": [_choice(choice) for choice in operation.partner_alternates],
        "price": rounded(operation.price),
        "currency": operation.currency,
        "SUPPORT": rounded(operation.support),
    }


def _estimate(estimate: TimeEstimate) -> Json:
    return {
        "minutes": rounded(estimate.minutes),
        "low": rounded(estimate.low),
        "high": rounded(estimate.high),
        "optimal": rounded(estimate.optimal),
        "safe": rounded(estimate.safe),
        "source": estimate.source.value,
        "sample_count": estimate.sample_count,
        "evidence": list(estimate.evidence),
    }


def _choice(choice: ResourceChoice | None) -> Json | None:
    if choice is None:
        return None
    return {"code": choice.code, "name": choice.name, "share": rounded(choice.share)}
