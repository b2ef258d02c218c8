"""A batch that is written in the background: how far it is, the way out, the file it became."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from prediction.services import batch_jobs, export_jobs
from prediction.views import batches
from prediction.views.predictions import Page
from registry.services import jobs

if TYPE_CHECKING:
    from registry.models import Job


class ExportJobView(Page):
    """How far an export is; the part that changes comes alone when a script asks for it."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """Show it."""
        job = found_export(number)
        context: dict[str, Any] = {
            "job": job,
            "may_cancel": job.is_open and batch_jobs.may_stop(job, request.user),
        }
        is_part = "HX-Request" in request.headers
        name = "prediction/_export_job.html" if is_part else "prediction/export_job.html"
        return render(request, name, context)


class CancelView(batches.CancelView):
    """The way out of an export."""

    page = "prediction:export_job"

    def found(self, number: int) -> Job:
        """Return the export."""
        return found_export(number)


class FileView(Page):
    """What an export wrote."""

    def get(self, request: HttpRequest, number: int) -> FileResponse:
        """Send the file."""
        return sent(found_export(number))


def sent(job: Job) -> FileResponse:
    """Return an export's file as a download.

    Raises:
        NoResult: there is none.
    """
    path = export_jobs.file_of(job)
    name = f"batch-{job.parameters['batch']}{path.suffix}"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)


def found_export(number: int) -> Job:
    """Return an export; an address that names none is not found."""
    try:
        return export_jobs.named_export(number)
    except jobs.JobUnknown as error:
        raise Http404(error.message) from error
