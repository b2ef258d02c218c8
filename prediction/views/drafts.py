"""Drafts: the list, the editor, and what is done with a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.generic import ListView

from accounts.permissions import Ability, may, person
from prediction.models import Draft, DraftState, PredictionRequest
from prediction.services import drafts, palette, stepping
from prediction.services.drafts import DraftConflict
from prediction.views import editing
from prediction.views.predictions import Page
from registry import numbers
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from prediction.core.drafts import Steps


class DraftListView(Page, ListView[Draft]):
    """Every draft, the newest first; narrowed to a state, or to one's own."""

    template_name = "prediction/draft_list.html"
    context_object_name = "drafts"
    paginate_by = 25

    def get_queryset(self) -> Any:
        """Leave the content in the database."""
        found = Draft.objects.all().without_content().newest_first()
        state = self.request.GET.get("state", "")
        if state in DraftState.values:
            found = found.filter(state=state)
        if self.request.GET.get("mine"):
            found = found.filter(owner=str(self.request.user))
        return found

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        """Add the choices of the filter."""
        chosen = {"state": self.request.GET.get("state", ""), "mine": self.request.GET.get("mine")}
        return super().get_context_data(**context, states=DraftState.choices, chosen=chosen)


class BeginView(Page):
    """A candidate of an answer, or a routing built step by step, becomes a draft."""

    ability = Ability.PREDICT

    def post(self, request: HttpRequest) -> HttpResponse:
        """Begin it and open it."""
        pk, place, rank = (
            numbers.whole(request.POST.get(name)) or otherwise
            for name, otherwise in (("request", 0), ("place", 0), ("rank", 1))
        )
        asked = get_object_or_404(PredictionRequest, pk=pk)
        if "chosen" in request.POST:
            chosen = stepping.codes_of(request.POST["chosen"])
            return redirect(
                drafts.begin_built(request=asked, place=place, chosen=chosen, by=person(request))
            )
        return redirect(drafts.begin(request=asked, place=place, rank=rank, by=person(request)))


class DraftView(Page):
    """One draft: to read, and for those who may, to edit; works without a script."""

    ability = Ability.READ

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """Show it."""
        draft = get_object_or_404(Draft, pk=number)
        return _page(request, draft)

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Do what the pressed button says, and save."""
        draft = get_object_or_404(Draft, pk=number)
        steps: Steps | None = None
        try:
            steps = editing.steps_of(request.POST, len(draft.proposal["operations"]))
            steps = editing.done(request.POST, steps)
            revision = numbers.whole(request.POST.get("revision")) or 0
            drafts.save(draft=draft, steps=steps, revision=revision, by=person(request))
        except DraftConflict as error:
            return _page(request, drafts.get(number), steps=steps, conflict=error)
        except RoutingMLError as error:
            return _page(request, draft, steps=steps, error=error)
        return redirect(draft)


class CheckView(Page):
    """What stands beside the operations, anew after each save."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """Answer with the fragment."""
        draft = get_object_or_404(Draft, pk=number)
        return render(request, "prediction/_draft_checks.html", editing.checked(draft))


class PaletteView(Page):
    """Operations of the plant while somebody types."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Answer with those whose code or name holds what was typed."""
        found = editing.offered(palette.search(request.GET.get("job", "")))
        return render(request, "prediction/_palette.html", {"palette": found})


class ApproveView(Page):
    """Close a draft."""

    ability = Ability.PREDICT

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Approve it, or say what stands against it."""
        draft = get_object_or_404(Draft, pk=number)
        try:
            drafts.approve(
                draft=draft,
                revision=numbers.whole(request.POST.get("revision")) or 0,
                reason=request.POST.get("reason", ""),
                by=person(request),
            )
        except RoutingMLError as error:
            return _page(request, draft, error=error, reason=request.POST.get("reason", ""))
        messages.success(request, _("Approved. The routing can be exported now."))
        return redirect(draft)


class ReopenView(Page):
    """Open an approved draft again."""

    ability = Ability.PREDICT

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Open it."""
        draft = get_object_or_404(Draft, pk=number)
        return redirect(drafts.reopen(draft=draft, by=person(request)))


class RestoreView(Page):
    """Go back to an earlier revision, as a new one."""

    ability = Ability.PREDICT

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Save the operations of that revision."""
        draft = get_object_or_404(Draft, pk=number)
        wanted = numbers.whole(request.POST.get("number")) or 0
        try:
            steps = drafts.at_revision(draft, wanted)
            revision = numbers.whole(request.POST.get("revision")) or 0
            drafts.save(draft=draft, steps=steps, revision=revision, by=person(request))
        except RoutingMLError as error:
            return _page(request, drafts.get(number), error=error)
        return redirect(draft)


def _page(
    request: HttpRequest,
    draft: Draft,
    *,
    steps: Steps | None = None,
    conflict: RoutingMLError | None = None,
    error: RoutingMLError | None = None,
    reason: str = "",
) -> HttpResponse:
    """Show the editor; with a refused save, what was typed stays where it is."""
    context = editing.shown(draft, steps) | {
        "may_edit": draft.is_open and may(request.user, Ability.PREDICT),
        "may_decide": may(request.user, Ability.PREDICT),
        "conflict": conflict,
        "error": error,
        "reason": reason,
    }
    status = 409 if conflict or error else 200
    return render(request, "prediction/draft.html", context, status=status)
