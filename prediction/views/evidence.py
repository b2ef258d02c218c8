"""What the minutes of one operation come from, down to the single work results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from prediction.models import PredictionRequest
from prediction.services import known_items, predictions, work_results
from prediction.views.predictions import Page
from prediction.views.showing import Wish
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from registry.core.known import KnownOperation
    from registry.core.routing import Neighbour, Operation, Prediction


@dataclass(frozen=True, slots=True)
class Behind:
    """One similar item behind a time: its standard, and what was reported for it together."""

    item: str
    title: str
    similarity: float | None
    operation: KnownOperation


class TimesView(Page):
    """The items behind an operation's times, and every work result of theirs."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show them; an ERP that does not answer leaves the first half."""
        row = get_object_or_404(PredictionRequest, pk=pk)
        wish = Wish.of(request.GET, row.item_count)
        answer = predictions.reopen(row, wish.place or 0, wish.weighing.weights())
        job = request.GET.get("job", "")
        found = answer.predictions[0] if answer.predictions else None
        operation = _operation(found, job, request.GET.get("rank", "")) if found else None
        if found is None or operation is None:
            raise Http404(job)
        codes = _codes(operation, found)
        context = {
            "row": row,
            "place": wish.place or 0,
            "item": found.item,
            "operation": operation,
            "behind": _behind(codes, job, found.neighbours),
            "error": None,
            "reports": None,
        }
        try:
            context["reports"] = work_results.reported(codes, job)
        except RoutingMLError as error:
            context["error"] = error
        return render(request, "prediction/times.html", context)


def _operation(found: Prediction, job: str, rank: str) -> Operation | None:
    """Return an operation of the candidate of that rank, of the best one that has it otherwise."""
    candidates = sorted(found.candidates, key=lambda each: str(each.rank) != rank)
    return next((op for each in candidates for op in each.operations if op.job == job), None)


def _codes(operation: Operation, found: Prediction) -> list[str]:
    """Return the items that the times were reported for, else the similar items that do it."""
    told = dict.fromkeys([*operation.run.evidence, *operation.setup.evidence])
    doing = [each.item for each in found.neighbours if operation.job in each.jobs]
    return [code for code in told or doing if code != found.item]


def _behind(codes: list[str], job: str, near: tuple[Neighbour, ...]) -> list[Behind]:
    likeness = {each.item: each.similarity for each in near}
    return [
        Behind(code, known_items.title_of(code), likeness.get(code), step)
        for code in codes
        for routing in known_items.routings_of(code)[:1]
        for step in routing.operations
        if step.job == job
    ]
