"""Endpoints for quality cycles, alerts, missing values and drift."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import generics, status
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import IsSignedIn, MayAdminister, MayTrain, ReadOrPredict, person
from quality import selectors
from quality.models import Alert, QualityCycle
from quality.serializers import (
    AlertFilter,
    AlertOut,
    CycleDetailOut,
    CycleIn,
    CycleOut,
    CycleStartedOut,
    DaysIn,
    DriftStatusOut,
    DriftSummaryOut,
    NoteIn,
    NullsOut,
)
from quality.services import alerts, drift, reports
from registry.kinds import QUALITY_CYCLE
from registry.services import jobs
from training.api import AnyContent

if TYPE_CHECKING:
    from rest_framework.request import Request


class StartOrRead(ReadOrPredict):
    """Everybody reads; engineers start."""

    ability = MayTrain.ability


@extend_schema_view(get=extend_schema(operation_id="quality_cycles"))
class CycleListView(generics.ListAPIView[QualityCycle]):
    """Quality cycles."""

    serializer_class = CycleOut
    permission_classes = (StartOrRead,)
    queryset = QualityCycle.objects.none()

    def get_queryset(self) -> Any:
        """Return them, newest first."""
        return selectors.listed()

    @extend_schema(
        operation_id="quality_cycle_start", request=CycleIn, responses={202: CycleStartedOut}
    )
    def post(self, request: Request) -> Response:
        """Queue a cycle and answer at once."""
        given = CycleIn(data=request.data)
        given.is_valid(raise_exception=True)
        job = jobs.enqueue(QUALITY_CYCLE, given.validated_data, by=person(request))
        body = CycleStartedOut({"job_id": job.pk, "status": "STARTED"})
        return Response(body.data, status.HTTP_202_ACCEPTED)


class CycleView(APIView):
    """One cycle."""

    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="quality_cycle", responses=CycleDetailOut)
    def get(self, request: Request, number: int) -> Response:
        """Return its figures, overall and by group, and what it saw of the plant."""
        return Response(CycleDetailOut(QualityCycle.objects.named(number)).data)


class JsonReportView(APIView):
    """A cycle as a document."""

    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="quality_report_json", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request, number: int) -> Response:
        """Return everything about a cycle, its items included."""
        return Response(reports.as_json(QualityCycle.objects.named(number)))


class CsvReportView(APIView):
    """A cycle as a table."""

    permission_classes = (IsSignedIn,)
    content_negotiation_class = AnyContent

    @extend_schema(
        operation_id="quality_report_csv", responses={(200, "text/csv"): OpenApiTypes.STR}
    )
    def get(self, request: Request, number: int) -> HttpResponse:
        """Return one row an item."""
        text = reports.as_csv(QualityCycle.objects.named(number))
        return _file(f"\ufeff{text}", f"cycle-{number}.csv", "text/csv")


class MarkdownReportView(APIView):
    """A cycle as a page."""

    permission_classes = (IsSignedIn,)
    content_negotiation_class = AnyContent

    @extend_schema(
        operation_id="quality_report_md", responses={(200, "text/markdown"): OpenApiTypes.STR}
    )
    def get(self, request: Request, number: int) -> HttpResponse:
        """Return what a manager reads."""
        return _file(
            reports.as_markdown(QualityCycle.objects.named(number)),
            f"cycle-{number}.md",
            "text/markdown",
        )


@extend_schema_view(get=extend_schema(operation_id="quality_alerts", parameters=[AlertFilter]))
class AlertListView(generics.ListAPIView[Alert]):
    """Alerts."""

    serializer_class = AlertOut
    permission_classes = (IsSignedIn,)
    queryset = Alert.objects.none()

    def get_queryset(self) -> Any:
        """Return them, newest first."""
        wish = AlertFilter(data=self.request.query_params)
        wish.is_valid(raise_exception=True)
        return selectors.alerts(only_open=wish.validated_data["open"])


class AcknowledgeView(APIView):
    """Somebody has seen an alert."""

    permission_classes = (MayTrain,)

    @extend_schema(operation_id="quality_alert_acknowledge", request=NoteIn, responses=AlertOut)
    def post(self, request: Request, number: int) -> Response:
        """Keep who, when and what they say to it."""
        given = NoteIn(data=request.data)
        given.is_valid(raise_exception=True)
        alert = alerts.acknowledge(number, note=given.validated_data["note"], by=person(request))
        return Response(AlertOut(alert).data)


class NullsView(APIView):
    """Missing values."""

    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="quality_nulls", responses=NullsOut)
    def get(self, request: Request) -> Response:
        """Return the share of missing values by column."""
        return Response(NullsOut(selectors.nulls()).data)


class DriftStatusView(APIView):
    """Drift now."""

    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="drift_status", responses=DriftStatusOut)
    def get(self, request: Request) -> Response:
        """Return how far the live answers have moved, and whether to train again."""
        return Response(DriftStatusOut(drift.status()).data)


class DriftSummaryView(APIView):
    """Drift of some days."""

    permission_classes = (IsSignedIn,)

    @extend_schema(operation_id="drift_summary", parameters=[DaysIn], responses=DriftSummaryOut)
    def get(self, request: Request) -> Response:
        """Return the looks and events."""
        wish = DaysIn(data=request.query_params)
        wish.is_valid(raise_exception=True)
        return Response(DriftSummaryOut(drift.summary(wish.validated_data["days"])).data)


class DriftResetView(APIView):
    """Drift from now on."""

    permission_classes = (MayAdminister,)

    @extend_schema(operation_id="drift_reset", request=NoteIn, responses=DriftStatusOut)
    def post(self, request: Request) -> Response:
        """Let what was before no longer count."""
        given = NoteIn(data=request.data)
        given.is_valid(raise_exception=True)
        drift.reset(by=person(request), note=given.validated_data["note"])
        return Response(DriftStatusOut(drift.status()).data)


def _file(text: str, name: str, kind: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=f"{kind}; charset=utf-8", headers=headers)
