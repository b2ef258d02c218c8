"""Endpoints for trainings and for watching, cancelling and repeating jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse, StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import generics, pagination, status
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import IsSignedIn, MayTrain, person
from registry.models import Job
from registry.services import job_events, job_lines, jobs
from training import selectors
from training.serializers import (
    EVERY_KIND,
    JobFilter,
    JobOut,
    QueueOut,
    StartedOut,
    StartIn,
    StatusIn,
    StatusOut,
)
from training.services import starts

if TYPE_CHECKING:
    from rest_framework.parsers import BaseParser
    from rest_framework.renderers import BaseRenderer
    from rest_framework.request import Request

EVENTS = """The job's log lines (`line`, its `id` is the line's number), how far it is
(`progress`), and its end (`end`), as server-sent events. A stream is closed after 25 seconds or
with the job; who comes back with `Last-Event-ID` misses no line. Close it yourself at `end`."""
LAST_LINE = OpenApiParameter(
    "Last-Event-ID", OpenApiTypes.INT, OpenApiParameter.HEADER, description="line that you have"
)


class Newest(pagination.PageNumberPagination):
    """The newest hundred jobs on the first page."""

    page_size = 100


class AnyContent(BaseContentNegotiation):
    """For endpoints that answer in one form, whatever the caller says it accepts."""

    def select_parser(self, request: Request, parsers: list[BaseParser]) -> BaseParser:  # type: ignore[override]  # DRF's stubs want the base class's wider types
        """Take the first."""
        return parsers[0]

    def select_renderer(  # type: ignore[override]  # DRF's stubs want the base class's wider types
        self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        """Take the first, for errors."""
        return renderers[0], renderers[0].media_type


class StartView(APIView):
    """Start a training."""

    permission_classes = (MayTrain,)

    @extend_schema(operation_id="training_start", request=StartIn, responses={202: StartedOut})
    def post(self, request: Request) -> Response:
        """Queue it and answer at once; trainings run one at a time."""
        given = StartIn(data=request.data)
        given.is_valid(raise_exception=True)
        return _started(starts.start(**given.validated_data, by=person(request)))


@extend_schema_view(get=extend_schema(operation_id="training_jobs", parameters=[JobFilter]))
class JobListView(generics.ListAPIView[Job]):
    """Jobs, newest first."""

    serializer_class = JobOut
    pagination_class = Newest
    permission_classes = (IsSignedIn,)
    queryset = Job.objects.none()

    def get_queryset(self) -> Any:
        """Return those of the kind and state that are asked for."""
        wish = JobFilter(data=self.request.query_params)
        wish.is_valid(raise_exception=True)
        kind = wish.validated_data["kind"]
        return selectors.listed(
            "" if kind == EVERY_KIND else kind, wish.validated_data.get("state", "")
        )


class JobView(APIView):
    """One job, to be cancelled."""

    permission_classes = (MayTrain,)

    @extend_schema(operation_id="training_job_cancel", responses={202: JobOut})
    def delete(self, request: Request, number: int) -> Response:
        """End a waiting job at once; a running one stops within two seconds."""
        job = jobs.cancel(jobs.named(number), by=person(request))
        return Response(JobOut(job).data, status.HTTP_202_ACCEPTED)


class StatusView(APIView):
    """How a job stands."""

    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="training_job_status", parameters=[StatusIn], responses=StatusOut)
    def get(self, request: Request, number: int) -> Response:
        """Return state, progress, result and the newest log lines, or those after a number."""
        wish = StatusIn(data=request.query_params)
        wish.is_valid(raise_exception=True)
        return Response(StatusOut(jobs.named(number), context=wish.validated_data).data)


class LogView(APIView):
    """A job's log."""

    permission_classes = (IsSignedIn,)
    content_negotiation_class = AnyContent

    @extend_schema(
        operation_id="training_job_log", responses={(200, "text/plain"): OpenApiTypes.STR}
    )
    def get(self, request: Request, number: int) -> HttpResponse:
        """Return every line, as in the job's log file."""
        lines = job_lines.after(jobs.named(number), 0)
        text = "".join(f"{line}\n" for line in lines)
        name = f"job-{number}.log"
        return HttpResponse(
            text,
            content_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": f'inline; filename="{name}"'},
        )


class EventsView(APIView):
    """A job, live."""

    permission_classes = (IsSignedIn,)
    content_negotiation_class = AnyContent

    @extend_schema(
        operation_id="training_job_events",
        description=EVENTS,
        parameters=[LAST_LINE],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    def get(self, request: Request, number: int) -> StreamingHttpResponse:
        """Stream what happens."""
        job = jobs.named(number)
        after = job_events.number_of(request.headers.get("Last-Event-ID"))
        return StreamingHttpResponse(
            job_events.stream(job.pk, after),
            content_type="text/event-stream; charset=utf-8",
            headers={"X-Accel-Buffering": "no"},  # a proxy would hold the lines back
        )


class RetryView(APIView):
    """Do a job once more."""

    permission_classes = (MayTrain,)

    @extend_schema(operation_id="training_job_retry", request=None, responses={202: StartedOut})
    def post(self, request: Request, number: int) -> Response:
        """Queue the same again, as a new job that names the old one."""
        return _started(jobs.retry(jobs.named(number), by=person(request)))


class QueueView(APIView):
    """What waits."""

    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="training_queue", responses=QueueOut)
    def get(self, request: Request) -> Response:
        """Return the training that runs and those that wait, each with its place."""
        rows = {
            "running": selectors.running(),
            "waiting": selectors.waiting(),
            "requests": selectors.requests(only_open=True),
        }
        return Response(QueueOut(rows).data)


def _started(job: Job) -> Response:
    body = StartedOut({"job_id": job.pk, "status": "STARTED"})
    return Response(body.data, status.HTTP_202_ACCEPTED)
