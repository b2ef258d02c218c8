"""Every failure of the API has one shape: ``{"error": {"code", "message", "extra"}}``.

Expected failures (``RoutingMLError``, ``AccountError``, DRF's own exceptions) become an answer;
anything else is a bug, is logged with its traceback, and tells the caller no more than the
request's id.
"""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from accounts import limits, tokens
from accounts.errors import AccountError
from accounts.services import people, second_factor, sessions, signups
from prediction.core import staging
from prediction.services import draft_exports, drafts
from prediction.services.batch_jobs import NoResult, NotYours
from quality.models import CycleFailed, CycleRuns, CycleUnknown
from quality.services.alerts import AlertUnknown
from registry.core.errors import NotEnoughData, RoutingMLError
from registry.core.manifest import VersionIncompatible, VersionMissing, VersionTampered
from registry.core.pgvector import SearchUnavailable
from registry.core.progress import Cancelled
from registry.selectors import NoActiveVersion, VersionUnknown
from registry.services.config import ConfigConflict, RevisionUnknown
from registry.services.jobs import JobOpen, JobOver, JobUnknown
from registry.services.versions import VersionConflict, VersionNotReady
from registry.store import VersionExists

log = logging.getLogger(__name__)

STATUSES: dict[type[Exception], int] = {
    AccountError: status.HTTP_400_BAD_REQUEST,
    sessions.SignInRefused: status.HTTP_401_UNAUTHORIZED,
    second_factor.CodeNeeded: status.HTTP_401_UNAUTHORIZED,
    second_factor.CodeRefused: status.HTTP_401_UNAUTHORIZED,
    sessions.SignupPending: status.HTTP_403_FORBIDDEN,
    sessions.SignupRejected: status.HTTP_403_FORBIDDEN,
    signups.AlreadyDecided: status.HTTP_409_CONFLICT,
    people.NotApproved: status.HTTP_409_CONFLICT,
    limits.TooManyTries: status.HTTP_429_TOO_MANY_REQUESTS,
    tokens.TokenRefused: status.HTTP_401_UNAUTHORIZED,
    RoutingMLError: status.HTTP_400_BAD_REQUEST,
    NotEnoughData: status.HTTP_409_CONFLICT,
    Cancelled: status.HTTP_409_CONFLICT,
    VersionUnknown: status.HTTP_404_NOT_FOUND,
    VersionExists: status.HTTP_409_CONFLICT,
    VersionNotReady: status.HTTP_409_CONFLICT,
    VersionConflict: status.HTTP_409_CONFLICT,
    ConfigConflict: status.HTTP_409_CONFLICT,
    RevisionUnknown: status.HTTP_404_NOT_FOUND,
    AlertUnknown: status.HTTP_404_NOT_FOUND,
    CycleUnknown: status.HTTP_404_NOT_FOUND,
    CycleRuns: status.HTTP_409_CONFLICT,
    CycleFailed: status.HTTP_409_CONFLICT,
    JobUnknown: status.HTTP_404_NOT_FOUND,
    JobOver: status.HTTP_409_CONFLICT,
    JobOpen: status.HTTP_409_CONFLICT,
    drafts.DraftUnknown: status.HTTP_404_NOT_FOUND,
    drafts.DraftConflict: status.HTTP_409_CONFLICT,
    drafts.DraftClosed: status.HTTP_409_CONFLICT,
    drafts.DraftBlocked: status.HTTP_409_CONFLICT,
    drafts.ReasonNeeded: status.HTTP_409_CONFLICT,
    draft_exports.NotApproved: status.HTTP_409_CONFLICT,
    draft_exports.NotWritable: status.HTTP_409_CONFLICT,
    staging.StagingRefused: status.HTTP_409_CONFLICT,
    staging.StagingUnreachable: status.HTTP_503_SERVICE_UNAVAILABLE,
    NotYours: status.HTTP_403_FORBIDDEN,
    NoResult: status.HTTP_404_NOT_FOUND,
    NoActiveVersion: status.HTTP_503_SERVICE_UNAVAILABLE,
    SearchUnavailable: status.HTTP_503_SERVICE_UNAVAILABLE,
    VersionMissing: status.HTTP_503_SERVICE_UNAVAILABLE,
    VersionTampered: status.HTTP_503_SERVICE_UNAVAILABLE,
    VersionIncompatible: status.HTTP_503_SERVICE_UNAVAILABLE,
}
"""Status of an expected failure: the nearest ancestor that is listed decides."""


class Failure(serializers.Serializer[Any]):
    """The inside of the envelope, for the API's documentation."""

    code = serializers.CharField()
    message = serializers.CharField()
    extra = serializers.DictField()


class ErrorEnvelope(serializers.Serializer[Any]):
    """What every failure looks like."""

    error = Failure()


def envelope(code: str, message: str, extra: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return the body of a failure."""
    return {"error": {"code": code, "message": message, "extra": extra or {}}}


def status_of(error: AccountError | RoutingMLError) -> int:
    """Return the HTTP status of an expected failure."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def api_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an exception of an API view into the envelope; ``None`` lets a bug be a bug."""
    if isinstance(error, AccountError | RoutingMLError):
        set_rollback()
        wait = {"Retry-After": str(error.wait)} if isinstance(error, limits.TooManyTries) else None
        body = envelope(error.code, error.message, error.extra)
        return Response(body, status_of(error), headers=wait)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    set_rollback()
    return Response(_body(error), error.status_code, headers=_headers(error))


def _body(error: exceptions.APIException) -> dict[str, Any]:
    """Return the envelope of one of DRF's exceptions."""
    if isinstance(error, exceptions.ValidationError):
        fields = error.detail if isinstance(error.detail, dict) else {"": error.detail}
        return envelope("invalid", _first_message(fields), {"fields": fields})
    code = error.get_codes()
    return envelope(code if isinstance(code, str) else error.default_code, str(error.detail))


def _first_message(detail: Any, path: str = "") -> str:
    """Return the first complaint of a nested validation error, preceded by its field."""
    if isinstance(detail, dict):
        name, inner = next(iter(detail.items()))
        here = "" if name in ("", "non_field_errors") else str(name)
        return _first_message(inner, ".".join(part for part in (path, here) if part))
    if isinstance(detail, list):
        rows = [(number, entry) for number, entry in enumerate(detail) if entry]
        number, entry = rows[0]
        nested = isinstance(entry, dict)
        return _first_message(entry, f"{path}[{number}]" if nested else path)
    return f"{path}: {detail}" if path else str(detail)


def _headers(error: exceptions.APIException) -> dict[str, str]:
    """Return the headers that DRF would have sent."""
    challenge = getattr(error, "auth_header", None)
    wait = getattr(error, "wait", None)
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    return headers | ({"Retry-After": str(int(wait) + 1)} if wait else {})


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that Django itself refuses: too large, or malformed."""
    return _answer(request, 400, "bad_request", _("The request cannot be read."))


def too_large(request: HttpRequest, limit: int) -> HttpResponse:
    """Answer a body that is larger than allowed."""
    message = _("This is too large: at most %(size)s MB can be sent at once.") % {
        "size": limit // 1024**2
    }
    return _answer(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", message)


def too_many(request: HttpRequest, refused: limits.TooManyTries) -> HttpResponse:
    """Answer somebody who asks too often."""
    response = _answer(request, HTTPStatus.TOO_MANY_REQUESTS, refused.code, refused.message)
    response.headers["Retry-After"] = str(refused.wait)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose CSRF token is missing or old."""
    message = _("This form has expired. Go back, load the page again and send it once more.")
    return _answer(request, 403, "csrf_failed", message)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer somebody who may not do this."""
    return _answer(request, 403, "permission_denied", _("Your role may not do this."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere."""
    return _answer(request, 404, "not_found", _("There is nothing at this address."))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer after a bug; the log has the traceback under the request's id.

    The page is made without context processors: what they need may be what has failed.
    """
    message = _("Something went wrong on our side.")
    if _is_api(request):
        return _answer(request, 500, "server_error", message)
    page = get_template("500.html").render({"message": message, "failed": request})
    return HttpResponse(page, status=500)


def _is_api(request: HttpRequest) -> bool:
    """Return whether the caller expects JSON."""
    return request.path.startswith("/api/")


def _answer(request: HttpRequest, code: int, name: str, message: str) -> HttpResponse:
    """Return the envelope under ``/api/`` and a page elsewhere."""
    if _is_api(request):
        identity = str(getattr(request, "request_id", ""))
        return JsonResponse(envelope(name, message, {"request_id": identity}), status=code)
    page = "404.html" if code == HTTPStatus.NOT_FOUND else "403.html"
    return render(request, page, {"message": message}, status=code)
