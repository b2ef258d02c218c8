"""Is the process alive, and is it ready to answer?"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone
from django_q.models import Schedule
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from prediction import loader
from registry import selectors, store
from registry.core.errors import RoutingMLError

log = logging.getLogger(__name__)
OK = "ok"
MEGABYTE = 1024 * 1024
HEARTBEAT = "routingml.heartbeat"
WORKER_LATE = timedelta(minutes=5)


def database() -> str:
    """Ask the database the smallest question."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        log.error("health.database.failed", extra={"reason": str(error)})
        return "the database does not answer"
    return OK


def model() -> str:
    """See that a version is active and that its manifest is there and signed."""
    try:
        version = selectors.active_version()
        if version is None:
            return "no version is active"
        store.manifest(version.name)
    except DatabaseError:
        return "unknown: the database does not answer"
    except RoutingMLError as error:
        return error.message
    return OK


def disk() -> str:
    """See that the folder of versions has room for one more."""
    free, least = store.free_bytes() // MEGABYTE, settings.DISK_LEAST_FREE_MB
    return OK if free >= least else f"{free} MB free, {least} MB needed"


def worker() -> str:
    """See by the calendar whether a worker runs: it moves each row on to its next moment."""
    try:
        row = Schedule.objects.filter(name=HEARTBEAT).values_list("next_run", flat=True).first()
    except DatabaseError:
        return "unknown: the database does not answer"
    if row is None:
        return "unknown: the command setup_schedules was not run"
    late = timezone.now() - row
    return OK if late < WORKER_LATE else f"no worker for {late.total_seconds() // 60:.0f} minutes"


CHECKS: dict[str, Callable[[], str]] = {"database": database, "model": model, "disk": disk}


class LiveView(APIView):
    """The process answers."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(operation_id="health", auth=[], responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """Say so, without looking further."""
        return Response({"status": OK, "version": settings.VERSION})


class ReadyView(APIView):
    """The process can do its work."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        operation_id="health_ready",
        auth=[],
        responses={200: OpenApiTypes.OBJECT, 503: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> Response:
        """Run every check; 503 when one of them fails."""
        found = {name: check() for name, check in CHECKS.items()}
        ready = all(result == OK for result in found.values())
        # A new version that cannot be loaded while the old one answers is told, but is no failure:
        # whoever restarted the process because of it would lose the version that answers.
        body = {
            "status": OK if ready else "not ready",
            "checks": found,
            "model": asdict(loader.status()),
            "worker": worker(),  # pages and answers go on without one
        }
        return Response(body, 200 if ready else 503)
