"""What stands around every view: headers, size of bodies, sessions that have ended, access."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails
from rest_framework.permissions import SAFE_METHODS

from accounts import audit, limits, tokens
from accounts.models import User
from accounts.permissions import first_of_all, is_person
from accounts.services.sessions import SIGN_IN
from routingml_site import access, errors

log = logging.getLogger(__name__)

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",  # data: for the pictures inside Swagger UI's and Django's own CSS
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Everything comes from here, and no script or style stands inside a page."""
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Handler = Callable[[HttpRequest], HttpResponse]


class HeadersMiddleware:
    """Adds the headers that Django has no setting for; nothing but files may be kept by a cache."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with them."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class BodyLimitMiddleware:
    """Refuses bodies that are too large before anything reads them, uploaded files included."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, or refuse by the length that is announced; the server itself counts the rest."""
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = settings.MAX_REQUEST_BYTES + 1
        if length > settings.MAX_REQUEST_BYTES:
            return errors.too_large(request, settings.MAX_REQUEST_BYTES)
        return self.get_response(request)


class SignInMiddleware:
    """Ends sessions whose sign-in is over: at the API, elsewhere, by an administrator, by age."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Sign out where the sign-in is over, then answer."""
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            identity = request.session.get(SIGN_IN)
            if identity is None or tokens.seen(uuid.UUID(identity)) is None:
                logout(request)
        return self.get_response(request)


class AccessMiddleware:
    """Holds every request against the table, and writes down what was refused or taken away."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, then write down what has to be."""
        with audit.answering(request):
            response = self.get_response(request)
        rule = access.rule_of(request.resolver_match)
        if rule and rule.noted and response.status_code == HTTPStatus.OK:
            _note(rule.noted, request)
        elif response.status_code == HTTPStatus.FORBIDDEN and is_person(request.user):
            _note_refusal("accounts.access.refused", request, str(request.user))
        elif response.status_code == HTTPStatus.UNAUTHORIZED and "Authorization" in request.headers:
            _note_refusal("accounts.credentials.refused", request, _origin(request))
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Let the view run, or answer in its place."""
        rule = access.rule_of(request.resolver_match)
        if rule is None:
            name = request.resolver_match and request.resolver_match.view_name
            log.error("access.no_rule", extra={"view": name, "hint": "add it to access.RULES"})
            raise PermissionDenied
        if request.path.startswith("/api/"):
            return None  # who calls the API is known to its views only: see AllowedByTable
        need = rule.need(request.method)
        if need is access.Door.OPEN:
            return None
        if not isinstance(request.user, User) or not is_person(request.user):
            return _to_login(request)
        first = first_of_all(request.user)
        if first and need is not access.Door.PERSON:
            return HttpResponseRedirect(reverse(first))
        if not access.opens(request.user, need):
            raise PermissionDenied
        if rule.heavy and (request.method not in SAFE_METHODS or rule.noted):
            try:
                limits.take(access.heavy_work(), str(request.user))
            except limits.TooManyTries as refused:
                return errors.too_many(request, refused)
        return None


def _to_login(request: HttpRequest) -> HttpResponse:
    """Ask to sign in; a part of a page that is asked for sends the whole page there."""
    part = HtmxDetails(request)
    if not part:
        return redirect_to_login(request.get_full_path())
    back = part.current_url_abs_path or reverse(settings.LOGIN_REDIRECT_URL)
    return HttpResponseClientRedirect(redirect_to_login(back).url)


def _origin(request: HttpRequest) -> str:
    return audit.address_of(request) or "unknown"


def _note(action: str, request: HttpRequest) -> None:
    """Write down a request by its address."""
    by = request.user if isinstance(request.user, User) else "unknown"
    target = f"{request.method} {request.get_full_path()}"
    audit.record(action=action, by=by, target=target, request=request)


def _note_refusal(action: str, request: HttpRequest, subject: str) -> None:
    """Write down a refusal; somebody who is refused all the time does not fill the log."""
    limit = limits.Limit("refusal log", settings.REFUSALS_LOGGED_PER_HOUR, timedelta(hours=1))
    if limits.allows(limit, subject):
        _note(action, request)
