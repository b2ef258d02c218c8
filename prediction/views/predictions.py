"""Ask, see the answer, see what was asked before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.generic import ListView, View

from accounts.permissions import Ability, may
from prediction import selectors
from prediction.core.writers import TableFormat
from prediction.models import PredictionRequest
from prediction.services import batch_jobs, exports, known_items, predictions
from prediction.views import asking, showing
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

MEDIA_TYPES = {
    TableFormat.CSV: "text/csv; charset=utf-8",
    TableFormat.JSON: "application/json",
    TableFormat.XML: "application/xml",
    TableFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    TableFormat.PARQUET: "application/vnd.apache.parquet",
}


class Page(LoginRequiredMixin, UserPassesTestMixin, View):
    """A page for those with an ability; an expected failure becomes a page that says what to do."""

    ability = Ability.READ

    def test_func(self) -> bool:
        """Ask the table of roles."""
        return may(self.request.user, self.ability)

    def handle_no_permission(self) -> HttpResponse:  # type: ignore[override]  # the stubs promise a redirect alone
        """Send a stranger to the login page; refuse somebody who is signed in."""
        self.raise_exception = self.request.user.is_authenticated
        return super().handle_no_permission()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Answer the request."""
        try:
            return super().dispatch(request, *args, **kwargs)
        except RoutingMLError as error:
            return render(request, "prediction/unavailable.html", {"error": error}, status=503)


class AskView(Page):
    """One code, a list of codes, or an item described."""

    ability = Ability.PREDICT

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form of the chosen way."""
        way = asking.way_of(request.GET)
        return self._page(request, way, asking.empty_form(way, request.GET))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask; a question that cannot be answered at all comes back with the reason."""
        way = asking.way_of(request.POST)
        form = asking.filled_form(way, request.POST, request.FILES)
        there = asking.ask(way, form, str(request.user)) if form.is_valid() else ""
        return redirect(there) if there else self._page(request, way, form)

    def _page(self, request: HttpRequest, way: asking.Way, form: Any) -> HttpResponse:
        like = request.GET.get("like", "")
        unknown = like if like and known_items.find(like) is None else ""
        context = {
            "form": form,
            "way": way.value,
            "like": like,
            "is_like_unknown": bool(unknown),
            "meant": asking.meant(way, form, unknown),
            "tabs": asking.tabs(way),
            "recent": selectors.recent_of(str(request.user)),
            "batches": batch_jobs.recent_of(str(request.user)),
        }
        return render(request, "prediction/predict.html", context)


class ItemSearchView(Page):
    """Known items while somebody types, as options of a list."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer with the codes that hold what was typed."""
        typed = request.GET.get("code") or request.GET.get("like", "")
        found = known_items.search(typed)
        return render(request, "prediction/_item_options.html", {"items": found})


class ResultView(Page):
    """The answer to one request."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show a list of answers, or one answer in full."""
        row = get_object_or_404(PredictionRequest, pk=pk)
        wish = showing.Wish.of(request.GET, row.item_count)
        if wish.place is None:
            context = showing.many(row)
            return render(request, "prediction/result_list.html", context)
        context = showing.one(row, wish) | {"may_predict": may(request.user, Ability.PREDICT)}
        return render(request, "prediction/result.html", context)


class ExportView(Page):
    """An answer as a file."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send all items of the request, or one of them."""
        row = get_object_or_404(PredictionRequest, pk=pk)
        wish = showing.Wish.of(request.GET, row.item_count)
        table_format = showing.format_of(request.GET)
        answer = predictions.reopen(row, wish.place)
        today = timezone.localdate()
        content = exports.export_bytes(answer, table_format, valid_from=today)
        name = f"routing-{row.pk}.{table_format}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(content, content_type=MEDIA_TYPES[table_format], headers=headers)


class HistoryView(Page, ListView[PredictionRequest]):
    """Everything that was asked, newest first."""

    template_name = "prediction/history.html"
    context_object_name = "requests"
    paginate_by = 25

    def get_queryset(self) -> Any:
        """Leave the content in the database."""
        return selectors.history()
