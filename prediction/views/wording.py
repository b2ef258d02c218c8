"""What the result page says in sentences, in the reader's language, from an answer's figures."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from registry.core.routing import Candidate, CandidateSource, Flip, Prediction, TimeSource

FEW_ATTRIBUTES = 3
FAR = 0.5
"""Similarity under which the nearest item is hardly like the asked one."""


def percent(share: float) -> str:
    """Return a share as percent; nothing is ever 100 % sure."""
    return f"{number_format(min(share * 100, 99.0), 0)} %"


def verdict(prediction: Prediction) -> str:
    """Return the answer in one sentence."""
    if prediction.abstained or not prediction.candidates:
        return _("Needs a planner: %(reason)s") % {"reason": doubt(prediction)}
    return _("Proposed routing, %(sure)s sure") % {"sure": percent(prediction.confidence)}


def doubt(prediction: Prediction) -> str:
    """Return why the answer is not sure."""
    if not prediction.candidates:
        return _("no known item that has a routing is like this one.")
    ways = len({neighbour.jobs for neighbour in prediction.neighbours})
    nearest = max((each.similarity for each in prediction.neighbours), default=0.0)
    if nearest < FAR:
        return _("no known item is much like it.")
    if ways > 1:
        text = _("the nearest items are made in %(ways)d different ways.")
        return text % {"ways": ways}
    text = _("answers like this one were right in only %(sure)s of the tests.")
    return text % {"sure": percent(prediction.confidence)}


def reasons(prediction: Prediction) -> list[str]:
    """Return why this routing: likeness, attributes, times, and whether it is new as a whole."""
    if not prediction.candidates:
        return []
    best = prediction.candidates[0]
    said = [_likeness(prediction, best), _attributes(prediction), _times(best)]
    if best.source is CandidateSource.COMPOSED:
        said.append(_("No item is made in exactly this sequence yet; every step of it is known."))
    return [sentence for sentence in said if sentence]


def flip(change: Flip, job_name: str) -> str:
    """Return what one change of the item would do to the routing."""
    text = (
        _("If %(attribute)s were %(other)s instead of %(value)s, %(job)s would be added.")
        if change.added
        else _("If %(attribute)s were %(other)s instead of %(value)s, %(job)s would be left out.")
    )
    return text % {
        "attribute": change.attribute,
        "other": change.other_value or _("blank"),
        "value": change.value or _("blank"),
        "job": job_name,
    }


def differs(count: int) -> str:
    """Return how a neighbour's routing stands to the proposal."""
    if count == 0:
        return _("same routing")
    text = ngettext("differs in %(count)d operation", "differs in %(count)d operations", count)
    return text % {"count": count}


def _likeness(prediction: Prediction, best: Candidate) -> str:
    near = prediction.neighbours
    if not near:
        return ""
    same = sum(neighbour.jobs == best.jobs for neighbour in near)
    text = _(
        "%(same)d of the %(all)d most similar items are made exactly like this;"
        " the nearest, %(code)s, is %(alike)s alike."
    )
    return text % {
        "same": same,
        "all": len(near),
        "code": near[0].item,
        "alike": percent(near[0].similarity),
    }


def _attributes(prediction: Prediction) -> str:
    strongest = prediction.explanation.attributes[:FEW_ATTRIBUTES]
    if not strongest:
        return ""
    named = ", ".join(f"{each.attribute} {each.value}" for each in strongest)
    return _("What makes them alike most: %(named)s.") % {"named": named}


def _times(best: Candidate) -> str:
    reported = [
        operation.run.sample_count
        for operation in best.operations
        if operation.run.source is TimeSource.WORK_RESULTS
    ]
    text = _(
        "%(reported)d of %(all)d run times rest on work results (%(samples)d reports);"
        " the others are estimated from items and operations like these."
    )
    return text % {
        "reported": len(reported),
        "all": len(best.operations),
        "samples": sum(reported),
    }
