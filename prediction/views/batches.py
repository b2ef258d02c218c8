"""A long list of items: how far it is, the way out, and the file it became."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts.permissions import Ability, may, person
from prediction.services import batch_items, batch_jobs, export_jobs
from prediction.views.predictions import Page
from registry.services import jobs

if TYPE_CHECKING:
    from registry.models import Job


class BatchView(Page):
    """How far a batch is; the part that changes comes alone when a script asks for it."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """Show it."""
        job = found_batch(number)
        context: dict[str, Any] = {
            "job": job,
            "may_open": may(request.user, Ability.PREDICT),
            "has_errors_file": batch_jobs.has_errors_file(job),
            "exports": export_jobs.of_batch(job),
            "may_cancel": job.is_open and batch_jobs.may_stop(job, request.user),
        }
        is_part = "HX-Request" in request.headers
        name = "prediction/_batch.html" if is_part else "prediction/batch.html"
        return render(request, name, context)


class ItemView(Page):
    """One item of a batch, on the page of its answer."""

    ability = Ability.PREDICT

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Ask for it again and show the answer."""
        job, there = found_batch(number), redirect("prediction:batch", number)
        try:
            answer = batch_items.ask_again(job, request.POST.get("code", ""), by=str(request.user))
        except (batch_items.NotInBatch, batch_jobs.NoResult) as error:
            messages.error(request, error.message)
            return there
        return redirect(answer.request) if answer.request else there


class CancelView(Page):
    """The way out of a batch."""

    ability = Ability.PREDICT
    page = "prediction:batch"

    def found(self, number: int) -> Job:
        """Return the job that is to stop."""
        return found_batch(number)

    def post(self, request: HttpRequest, number: int) -> HttpResponse:
        """Stop it, or say that it is over."""
        try:
            batch_jobs.stop(self.found(number), by=person(request))
        except (jobs.JobOver, batch_jobs.NotYours) as error:
            messages.info(request, error.message)
        return redirect(self.page, number)


class FileView(Page):
    """What a batch wrote."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse | FileResponse:
        """Send the file, or with ``?errors`` the list of what was not answered."""
        return sent(found_batch(number), errors="errors" in request.GET)


def sent(job: Job, *, errors: bool) -> FileResponse:
    """Return a batch's file as a download.

    Raises:
        NoResult: there is none.
    """
    path = batch_jobs.result_path(job, errors=errors)
    name = f"batch-{job.pk}-{path.name}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def found_batch(number: int) -> Job:
    """Return a batch; an address that names none is not found."""
    try:
        return batch_jobs.named_batch(number)
    except jobs.JobUnknown as error:
        raise Http404(error.message) from error
