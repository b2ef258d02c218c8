"""Start a training, follow it, read what came of it; the history of jobs."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import Ability, may, person
from registry import job_words
from registry import selectors as registry_selectors
from registry.core.errors import RoutingMLError
from registry.iter_training import AUTOMATIC
from registry.kinds import TRAIN
from registry.services import job_events, jobs
from training import selectors, wording
from training.forms import HistoryFilter, StartForm
from training.services import starts
from training.views import showing

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from registry.models import Job

PAGE_SIZE = 20


@require_http_methods(["GET", "POST"])
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Show the training at hand, the form to start one, and the history; or start one."""
    form = StartForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            job = starts.start(**form.cleaned_data, by=person(request))
        except RoutingMLError as error:
            form.add_error(None, job_words.said(error.message))
        else:
            return redirect("training:job", job.pk)
    current = selectors.current()
    context = {"form": form, "waiting": selectors.waiting(), "job": current} | _history(request)
    context |= {
        "wishes": [
            (row, wording.evidence(row.evidence)) for row in selectors.requests(only_open=True)
        ],
        "on_probation": showing.on_probation(),
        "goes_live": registry_selectors.iter_training().training.activation == AUTOMATIC,
    }
    if current is not None:
        context |= showing.live(current) | {"comparison": showing.comparison(current)}
    return render(request, "training/home.html", context | _may(request))


@require_GET
@login_required
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a job: how far it is, its log, what came of it."""
    found = _job(pk)
    context = showing.live(found) | {"comparison": showing.comparison(found)}
    return render(request, "training/job.html", context | _may(request))


@require_GET
@login_required
def live(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a poll: how far the job is, and the lines after the last one seen."""
    after = job_events.number_of(request.GET.get("after"))
    found = _job(pk)
    context = showing.live(found, after) | {"is_poll": True}
    context["comparison"] = showing.comparison(found)
    answer = render(request, "training/_live.html", context | _may(request))
    if not found.is_open:
        answer.headers["HX-Trigger"] = "job-ended"
    return answer


@require_POST
@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop a job; one that has ended in this moment is simply shown."""
    found = _job(pk)
    with suppress(jobs.JobOver):
        jobs.cancel(found, by=person(request))
    return redirect("training:job", pk)


@require_POST
@login_required
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Do a job once more; one that has not ended is simply shown."""
    found = _job(pk)
    if found.is_open:
        return redirect("training:job", pk)
    return redirect("training:job", jobs.retry(found, by=person(request)).pk)


def _job(pk: int) -> Job:
    try:
        return jobs.named(pk)
    except jobs.JobUnknown as error:
        raise Http404(error.message) from error


def _history(request: HttpRequest) -> dict[str, Any]:
    wished = HistoryFilter({"kind": TRAIN} | request.GET.dict())
    kind, state = wished.wish()
    page = Paginator(selectors.listed(kind, state), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [(job, showing.came_of_it(job)) for job in page]
    return {"filter": wished, "page": page, "rows": rows, "address": reverse("training:home")}


def _may(request: HttpRequest) -> dict[str, bool]:
    return {"may_train": may(request.user, Ability.TRAIN)}
