"""Gives each request an id, and each answer one line in the log."""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from registry import context
from routingml_site import telemetry

log = logging.getLogger("routingml.access")
ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
UNLOGGED = ("/static/", "/api/health", "/api/metrics")
"""Asked for many times a minute by browsers and monitors: counted, not logged."""


class RequestMiddleware:
    """Takes ``X-Request-ID`` from the proxy or makes one, and returns it with the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request under its id."""
        given = request.headers.get("X-Request-ID", "")
        identity = given if ACCEPTABLE_ID.fullmatch(given) else uuid.uuid4().hex
        request.request_id = identity  # type: ignore[attr-defined]  # ours, for logs and the audit
        token = context.request_id.set(identity)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
            response["X-Request-ID"] = identity
            self._account(request, response, time.perf_counter() - started)
            return response
        finally:
            context.request_id.reset(token)

    def _account(self, request: HttpRequest, response: HttpResponse, seconds: float) -> None:
        """Count the answer and write its line."""
        match = request.resolver_match
        telemetry.count_request(match.route if match else "", request.method, response, seconds)
        if request.path.startswith(UNLOGGED):
            return
        user = getattr(request, "user", None)
        log.info(
            "request",
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "ms": round(seconds * 1000, 1),
                "user": str(user) if user is not None and user.is_authenticated else "",
            },
        )
