"""What the result pages show: an answer turned into rows, sentences and links."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from prediction.core.evidence import attribute_pairs, facts_of
from prediction.core.export import candidate_id
from prediction.core.timeline import Card, known_cards, lanes
from prediction.core.writers import TableFormat
from prediction.services import known_items, predictions
from prediction.views import weighing, wording
from prediction.views.weighing import Weighed, Weighing
from registry import numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import QueryDict

    from prediction.models import PredictionRequest
    from prediction.words import Attribute
    from registry.core.routing import Item, Neighbour, Prediction

LARGEST_LOT = 1_000_000.0


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks to see: which item, for which lot, beside which neighbour."""

    place: int | None
    lot: float
    neighbour: str
    weighing: Weighing = field(default_factory=Weighing)

    @classmethod
    def of(cls, given: QueryDict, item_count: int) -> Wish:
        """Read the address; what makes no sense is taken as not said."""
        place = numbers.whole(given.get("item"))
        if place is None or place >= item_count:
            place = 0 if item_count == 1 else None
        lot, neighbour = _lot(given.get("lot", "")), given.get("neighbour", "")
        return cls(place, lot, neighbour, Weighing.of(given))


@dataclass(frozen=True, slots=True)
class Bar:
    """One attribute of the explanation: its share of the strongest one."""

    attribute: Attribute
    value: str
    percent: int
    is_against: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """One attribute of two items, in the reader's words."""

    attribute: Attribute
    mine: str
    theirs: str
    is_same: bool


@dataclass(frozen=True, slots=True)
class Changed:
    """What would change the routing, and the ERP's name of the attribute."""

    says: str
    erp_name: str


@dataclass(frozen=True, slots=True)
class Similar:
    """A neighbour as a card."""

    neighbour: Neighbour
    title: str
    says: str
    chosen: bool
    is_new: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One answer in a list of answers."""

    place: int
    code: str
    says: str
    is_sure: bool
    routing: list[str]


def format_of(given: QueryDict) -> TableFormat:
    """Return the format of a download, CSV when none or no such is named."""
    name = given.get("format", "")
    return TableFormat(name) if name in set(TableFormat) else TableFormat.CSV


def one(row: PredictionRequest, wish: Wish) -> dict[str, Any]:
    """Return what the page of one answer shows.

    Raises:
        RoutingMLError: no version is active, or it cannot be read.
    """
    place = wish.place or 0
    weights = wish.weighing.weights()
    answer = predictions.reopen(row, place, weights)
    context: dict[str, Any] = {
        "row": row,
        "wish": wish,
        "place": place,
        "version": answer.model_version,
        "formats": list(TableFormat),
        "errors": [_failure(each.item, each.code, each.message) for each in answer.errors],
    }
    if answer.predictions:
        asked = predictions.item_asked(row, place)
        weighed = weighing.compared(row, place, answer.predictions[0], weights)
        context |= _answered(answer.predictions[0], wish, weighed, asked) | {"weighed": weighed}
        context["title"] = known_items.title(row.items[place])
    return context


def many(row: PredictionRequest) -> dict[str, Any]:
    """Return what the page of many answers shows, as they were given."""
    places = {each["ITEM_CD"]: place for place, each in reversed(list(enumerate(row.items)))}
    lines = [_line(answer, places[answer["ITEM_CD"]]) for answer in row.results["answers"]]
    return {
        "row": row,
        "lines": lines,
        "errors": [
            _failure(each["ITEM_CD"], each["code"], each["message"])
            for each in row.results["errors"]
        ],
        "sure": row.item_count - row.abstained_count - row.error_count,
        "formats": list(TableFormat),
    }


def _failure(item: str, code: str, message: str) -> dict[str, str]:
    return {"item": item, "says": wording.failure(item, code, message)}


def _answered(
    prediction: Prediction, wish: Wish, weighed: Weighed | None, asked: Item | None
) -> dict[str, Any]:
    facts = facts_of(prediction, known_items.routings_of)
    rows = lanes(prediction.candidates, wish.lot, facts)
    chosen = _chosen(prediction, wish.neighbour)
    attributes = known_items.attributes()
    return {
        "prediction": prediction,
        "verdict": wording.verdict(prediction),
        "lanes": rows,
        "best": rows[0] if rows else None,
        "identity": candidate_id(prediction.item, 1),
        "similar": [
            _similar(each, chosen, weighed.new if weighed else frozenset())
            for each in prediction.neighbours
        ],
        "beside": _beside(prediction, chosen, asked, attributes),
        "reasons": wording.reasons(prediction, attributes),
        "bars": _bars(prediction, attributes),
        "flips": _flips(prediction, attributes),
    }


def _similar(neighbour: Neighbour, chosen: Neighbour | None, new: frozenset[str]) -> Similar:
    return Similar(
        neighbour,
        known_items.title_of(neighbour.item),
        wording.differs(neighbour.differs_in),
        neighbour is chosen,
        neighbour.item in new,
    )


def _beside(
    prediction: Prediction,
    chosen: Neighbour | None,
    asked: Item | None,
    attributes: Mapping[str, Attribute],
) -> dict[str, Any] | None:
    """Return a neighbour's own routing, compared with the proposal, and the two items."""
    if chosen is None:
        return None
    best = prediction.candidates[0].jobs if prediction.candidates else ()
    cards: tuple[Card, ...] = known_cards(chosen.jobs, best, known_items.operation_names())
    item = known_items.find(chosen.item)
    pairs = _pairs(asked, item, attributes) if item and asked else []
    routings = known_items.routings_of(chosen.item)
    return {
        "neighbour": chosen,
        "cards": cards,
        "says": wording.differs(chosen.differs_in),
        "asked": prediction.item,
        "pairs": pairs,
        "differing": sum(not pair.is_same for pair in pairs),
        "routing": next((each for each in routings if each.number == chosen.routing), None),
    }


def _pairs(asked: Item, other: Item, attributes: Mapping[str, Attribute]) -> list[Pair]:
    said = {name: each.value for name, each in attributes.items()}
    return [
        Pair(attributes[each.name], each.mine, each.theirs, each.is_same)
        for each in attribute_pairs(asked.attributes, other.attributes, said)
    ]


def _chosen(prediction: Prediction, chosen: str) -> Neighbour | None:
    """Return the neighbour that the address names, the nearest one when it names none."""
    near = prediction.neighbours
    return next((each for each in near if each.item == chosen), near[0] if near else None)


def _bars(prediction: Prediction, attributes: Mapping[str, Attribute]) -> list[Bar]:
    weights = prediction.explanation.attributes
    strongest = max((abs(each.contribution) for each in weights), default=0.0)
    if strongest <= 0:
        return []
    return [
        Bar(
            attributes[each.attribute],
            attributes[each.attribute].value(each.value),
            max(round(100 * abs(each.contribution) / strongest), 1),
            each.contribution < 0,
        )
        for each in weights
    ]


def _flips(prediction: Prediction, attributes: Mapping[str, Attribute]) -> list[Changed]:
    names = known_items.operation_names()
    return [
        Changed(
            wording.flip(change, names.get(change.job, change.job), attributes[change.attribute]),
            attributes[change.attribute].erp_name,
        )
        for change in prediction.explanation.flips
    ]


def _line(answer: Mapping[str, Any], place: int) -> Line:
    candidates = answer["candidates"]
    best = candidates[0] if candidates else None
    sure = best["CONFIDENCE"] if best else 0.0
    says = _("needs a planner") if answer["abstained"] else numbers.sure(sure)
    routing = best["ROUTING_SIGNATURE"].split("+") if best else []
    return Line(place, answer["ITEM_CD"], says, not answer["abstained"], routing)


def _lot(text: str) -> float:
    try:
        lot = float(text)
    except ValueError:
        return 1.0
    return min(lot, LARGEST_LOT) if math.isfinite(lot) and lot > 0 else 1.0
