"""A routing built step by step, for items the version is not sure about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from accounts.permissions import Ability, may
from prediction import loader
from prediction.core.comparison import Total, lot_total
from prediction.core.timeline import lanes
from prediction.models import PredictionRequest
from prediction.services import known_items, palette, predictions, stepping
from prediction.views.predictions import Page
from prediction.views.showing import Wish
from registry.core.stepwise import UnknownOperation

if TYPE_CHECKING:
    from registry.core.stepwise import NextOperation, Stepwise

ASKED = ("other", "done")
"""What a new choice makes void."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One way on: what it is, and where it leads."""

    operation: NextOperation
    chosen: str


class StepsView(Page):
    """What was chosen so far, and ranked choices of what comes next."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show one step; each choice is a link, so that going back is the browser's own."""
        row = get_object_or_404(PredictionRequest, pk=pk)
        wish = Wish.of(request.GET, row.item_count)
        place = wish.place or 0
        item = predictions.item_asked(row, place)
        if item is None:
            raise Http404(row.items[place]["ITEM_CD"])
        told = stepping.codes_of(request.GET.get("chosen", ""))
        other = request.GET.get("other", "")
        added = palette.named_or_coded(other)
        if added:
            there = request.GET.copy()
            del there["other"]
            there["chosen"] = stepping.SEPARATOR.join([*told, added.job])
            return redirect(f"{request.path}?{there.urlencode()}")
        try:
            step = stepping.step_of(loader.active(), item, told, leave_out=row.leave_out)
        except UnknownOperation as error:
            raise Http404(error.message) from error
        is_done = bool(told) and "done" in request.GET
        context: dict[str, Any] = {
            "row": row,
            "may_predict": may(request.user, Ability.PREDICT),
            "wish": wish,
            "place": place,
            "item": item,
            "title": known_items.title(row.items[place]),
            "chosen": stepping.SEPARATOR.join(told),
            "before": stepping.SEPARATOR.join(told[:-1]),
            "choices": [] if is_done else _choices(step, told),
            "is_done": is_done,
            "palette": palette.operations(),
            "kept": [(name, value) for name, value in request.GET.items() if name not in ASKED],
            "other": other,
            "unknown": palette.unknown(other) if other else "",
            "lane": _lane(step, wish.lot),
            "total": _total(step, wish.lot),
        }
        return render(request, "prediction/steps.html", context)


def _choices(step: Stepwise, told: list[str]) -> list[Choice]:
    return [
        Choice(each, stepping.SEPARATOR.join([*told, each.job] if each.job else told))
        for each in step.choices
        if each.job or told
    ]


def _lane(step: Stepwise, lot: float) -> Any:
    return lanes([stepping.candidate_of(step)], lot)[0] if step.operations else None


def _total(step: Stepwise, lot: float) -> Total | None:
    return lot_total(stepping.candidate_of(step), lot) if step.operations else None
