"""Long lists of items over HTTP: a job to start, to watch, to stop, and the file it becomes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import person
from prediction import serializers_batches as serializers
from prediction.core.writers import TableFormat
from prediction.parsers import ItemJsonParser
from prediction.services import batch_jobs, export_jobs
from prediction.services.batch_jobs import Wanted
from prediction.views.batches import sent
from prediction.views.export_jobs import sent as sent_export
from registry import job_words

if TYPE_CHECKING:
    from django.http import FileResponse
    from rest_framework.request import Request

    from registry.models import Job


class BatchesView(APIView):
    """Start batches."""

    parser_classes = (ItemJsonParser, MultiPartParser)

    @extend_schema(
        operation_id="predict_batch",
        request={
            "application/json": serializers.BatchIn,
            "multipart/form-data": serializers.BatchFileIn,
        },
        responses={202: serializers.BatchOut},
    )
    def post(self, request: Request) -> Response:
        """Take a list of codes, of described items, or a file; answer at once with a job."""
        is_file = "file" in request.FILES
        given = (serializers.BatchFileIn if is_file else serializers.BatchIn)(data=request.data)
        given.is_valid(raise_exception=True)
        body = given.validated_data
        wanted = Wanted(TableFormat(body["format"]), body.get("top_k"), body["leave_out"])
        by = str(request.user)
        if is_file:
            job = batch_jobs.ask_file(body["file"], wanted, by=by)
        else:
            codes, records = body.get("item_codes", ()), body.get("items", ())
            job = batch_jobs.ask_list(wanted, codes=codes, records=records, by=by)
        return Response(told(job), status.HTTP_202_ACCEPTED)


class BatchView(APIView):
    """One batch."""

    @extend_schema(operation_id="predict_batch_status", responses=serializers.BatchOut)
    def get(self, request: Request, number: int) -> Response:
        """Return how far it is, and its figures when it has ended."""
        return Response(told(batch_jobs.named_batch(number)))

    @extend_schema(operation_id="predict_batch_cancel", responses=serializers.BatchOut)
    def delete(self, request: Request, number: int) -> Response:
        """Stop it; a running one ends within two seconds."""
        job = batch_jobs.stop(batch_jobs.named_batch(number), by=person(request))
        return Response(told(job))


class FileView(APIView):
    """The file of a batch."""

    @extend_schema(
        operation_id="predict_batch_file",
        parameters=[OpenApiParameter("errors", bool, description="What was not answered instead.")],
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, number: int) -> FileResponse:
        """Send what was written."""
        errors = request.query_params.get("errors", "").lower() in {"1", "true"}
        return sent(batch_jobs.named_batch(number), errors=errors)


class ExportJobView(APIView):
    """One export of a batch that is written in the background."""

    @extend_schema(operation_id="predict_export_status", responses=serializers.BatchOut)
    def get(self, request: Request, number: int) -> Response:
        """Return how far it is, and its figures when it has ended."""
        return Response(told(export_jobs.named_export(number)))

    @extend_schema(operation_id="predict_export_cancel", responses=serializers.BatchOut)
    def delete(self, request: Request, number: int) -> Response:
        """Stop it; a running one ends within two seconds, and nothing is kept of it."""
        job = batch_jobs.stop(export_jobs.named_export(number), by=person(request))
        return Response(told(job))


class ExportFileView(APIView):
    """The file of such an export."""

    @extend_schema(
        operation_id="predict_export_file",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def get(self, request: Request, number: int) -> FileResponse:
        """Send what was written."""
        return sent_export(export_jobs.named_export(number))


def told(job: Job) -> dict[str, Any]:
    """Return how far a batch or an export is, as programs read it."""
    return {
        "job_id": job.pk,
        "status": job.state,
        "progress": job.progress,
        "current_step": job_words.said(job.step),
        "result": job.result,
        "error": job_words.said(job.error),
    }
