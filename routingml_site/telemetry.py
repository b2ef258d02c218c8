"""What a monitor reads: everything that the apps count, as Prometheus text or as JSON.

Each app's ``telemetry.py`` writes to the process-wide registry; nothing is imported from there.
"""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

REQUESTS = Counter("routingml_requests", "Answers given", ("route", "method", "status"))
SECONDS = Histogram(
    "routingml_request_seconds",
    "Time to answer",
    ("route",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(
    route: str, method: str | None, response: HttpResponseBase, seconds: float
) -> None:
    """Count an answer under its route's pattern: never its path, which has no end of values."""
    known = method if method in METHODS else "other"
    REQUESTS.labels(route or "none", known, str(response.status_code)).inc()
    SECONDS.labels(route or "none").observe(seconds)


def snapshot() -> dict[str, list[dict[str, object]]]:
    """Return every sample of the registry, by metric."""
    return {
        family.name: [
            {"name": sample.name, "labels": sample.labels, "value": sample.value}
            for sample in family.samples
        ]
        for family in REGISTRY.collect()
    }


class MetricsView(APIView):
    """Prometheus text."""

    @extend_schema(operation_id="metrics_text", responses={(200, "text/plain"): OpenApiTypes.STR})
    def get(self, request: Request) -> HttpResponse:
        """Return all metrics in Prometheus's text format."""
        return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


class MetricsJsonView(APIView):
    """The same as JSON."""

    @extend_schema(operation_id="metrics_json", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Return all metrics as JSON."""
        return Response(snapshot())
