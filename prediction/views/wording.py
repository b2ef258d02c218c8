"""What the result page says in sentences, in the reader's language, from an answer's figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from registry import job_words, numbers
from registry.core.routing import (
    Candidate,
    CandidateSource,
    Doubt,
    DoubtCode,
    Flip,
    Prediction,
    TimeSource,
)

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from prediction.words import Attribute

FEW_ATTRIBUTES = 3
DOUBTS: Mapping[DoubtCode, _StrPromise] = {
    DoubtCode.NOTHING_TO_COMPARE: gettext_lazy("the item says nothing that could be compared."),
    DoubtCode.NO_SIMILAR_ITEM: gettext_lazy(
        "no known item is much like it: the nearest is %(similarity)s alike."
    ),
    DoubtCode.NEW_SEQUENCE: gettext_lazy(
        "the likeliest routing is new: no known item is made exactly this way."
    ),
    DoubtCode.DIFFERENT_WAYS: gettext_lazy(
        "the nearest items are made in %(ways)s different ways."
    ),
    DoubtCode.LOW_CONFIDENCE: gettext_lazy(
        "it is only %(confidence)s sure; this version answers from %(limit)s."
    ),
}
"""Why a planner should decide, in words that can be translated."""

FAILURES = {
    "unknown_item": gettext_lazy(
        "Item %(item)s is not known: check the code, or describe the item instead."
    ),
    "no_item_code": gettext_lazy("An item code is blank."),
    "no_routing": gettext_lazy("No routing can be proposed for item %(item)s."),
}
"""Codes of failures that planners meet, in words that can be translated."""


def verdict(prediction: Prediction) -> str:
    """Return the answer in one sentence."""
    if prediction.abstained or not prediction.candidates:
        return _("Needs a planner: %(reason)s") % {"reason": doubt(prediction)}
    return _("Proposed routing, %(sure)s sure") % {"sure": numbers.sure(prediction.confidence)}


def doubt(prediction: Prediction) -> str:
    """Return why the answer is not sure, in the reader's language."""
    if prediction.doubt is None:
        return _("no known item that has a routing is like this one.")
    return str(DOUBTS[prediction.doubt.code]) % _figures(prediction.doubt)


def _figures(told: Doubt) -> dict[str, str]:
    if told.code is DoubtCode.LOW_CONFIDENCE:  # they may lie close together
        return {name: numbers.sure(share, 1) for name, share in told.figures.items()}
    return {
        name: numbers.number(value, 0) if name == "ways" else numbers.percent(value)
        for name, value in told.figures.items()
    }


def failure(item: str, code: str, message: str) -> str:
    """Return why an item has no answer; a reason without a translation is shown as it is."""
    text = FAILURES.get(code)
    return str(text) % {"item": item} if text else job_words.said(message)


def reasons(prediction: Prediction, attributes: Mapping[str, Attribute]) -> list[str]:
    """Return why this routing: likeness, attributes, times, and whether it is new as a whole."""
    if not prediction.candidates:
        return []
    best = prediction.candidates[0]
    said = [_likeness(prediction, best), _attributes(prediction, attributes), _times(best)]
    said += _unknown_times(best)
    if best.source is CandidateSource.COMPOSED:
        said.append(_("No item is made in exactly this sequence yet; every step of it is known."))
    return [sentence for sentence in said if sentence]


def flip(change: Flip, job_name: str, attribute: Attribute) -> str:
    """Return what one change of the item would do to the routing."""
    text = (
        _("If %(attribute)s were %(other)s instead of %(value)s, %(job)s would be added.")
        if change.added
        else _("If %(attribute)s were %(other)s instead of %(value)s, %(job)s would be left out.")
    )
    return text % {
        "attribute": attribute.word,
        "other": attribute.value(change.other_value) or _("blank"),
        "value": attribute.value(change.value) or _("blank"),
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
        "alike": numbers.percent(near[0].similarity),
    }


def _attributes(prediction: Prediction, attributes: Mapping[str, Attribute]) -> str:
    strongest = prediction.explanation.attributes[:FEW_ATTRIBUTES]
    if not strongest:
        return ""
    told = [(attributes[each.attribute], each.value) for each in strongest]
    named = ", ".join(f"{each.word} {each.value(value) or _('blank')}" for each, value in told)
    return _("What makes them alike most: %(named)s.") % {"named": named}


def _times(best: Candidate) -> str:
    runs = [each.run for each in best.operations if each.run.source is not TimeSource.UNKNOWN]
    reported = [run.sample_count for run in runs if run.source is TimeSource.WORK_RESULTS]
    figures = {
        "reported": len(reported),
        "all": len(runs),
        "samples": number_format(sum(reported), 0, use_l10n=True, force_grouping=True),
    }
    if not runs:
        return ""
    if not reported:
        return _("No work results stand behind these times: they are estimates.")
    if len(reported) == len(best.operations):
        return _("All run times rest on work results (%(samples)s reports).") % figures
    if len(reported) == len(runs):
        return _("All known run times rest on work results (%(samples)s reports).") % figures
    text = _(
        "%(reported)d of %(all)d run times rest on work results (%(samples)s reports);"
        " the others are estimated from items and operations like these."
    )
    return text % figures


def _unknown_times(best: Candidate) -> list[str]:
    """Return which times nobody knows: the totals do without them."""
    kinds = (
        (
            [each.job_name for each in best.operations if each.run.minutes is None],
            _("The run time of %(jobs)s is unknown: no work result and no standard has it."),
        ),
        (
            [each.job_name for each in best.operations if each.setup.minutes is None],
            _("The setup time of %(jobs)s is unknown: no work result and no standard has it."),
        ),
    )
    return [text % {"jobs": ", ".join(dict.fromkeys(jobs))} for jobs, text in kinds if jobs]
