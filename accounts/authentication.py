"""Who is calling the API: a Bearer token or key, or a token in a cookie with CSRF enforced."""

from __future__ import annotations

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, CSRFCheck
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts import tokens
from accounts.models import User
from accounts.services import keys


class TokenAuthentication(BaseAuthentication):
    """Reads the access token of a program or of a browser."""

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        """Return the caller; a bad Bearer token is refused, an old cookie merely ignored."""
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self._bearer(token.strip()), token
        cookie = request.COOKIES.get(tokens.ACCESS_COOKIE, "")
        if not cookie:
            return None
        try:
            user = tokens.user_of(cookie)
        except tokens.TokenRefused:
            return None
        enforce_csrf(request)
        return user, cookie

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge that goes with a 401."""
        return 'Bearer realm="api"'

    def _bearer(self, token: str) -> User:
        """Return whose token this is, or refuse."""
        try:
            return keys.user_of(token) if token.startswith(keys.MARK) else tokens.user_of(token)
        except (tokens.TokenRefused, keys.KeyRefused) as refused:
            raise AuthenticationFailed(refused.message, refused.code) from None


def enforce_csrf(request: Request) -> None:
    """Refuse a write that a cookie vouches for and no CSRF token."""
    check = CSRFCheck(lambda _request: None)  # type: ignore[arg-type]  # never called
    check.process_request(request._request)
    reason = check.process_view(request._request, None, (), {})  # type: ignore[arg-type]  # no view is asked about
    if reason:
        raise PermissionDenied(_("CSRF check failed: %(reason)s") % {"reason": reason})


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # drf-spectacular is untyped
    """Describes the token in the API's documentation."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = ["bearer", "cookie"]

    def get_security_definition(self, auto_schema: object) -> list[dict[str, str]]:
        """Return both ways of sending it."""
        return [
            {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
            {"type": "apiKey", "in": "cookie", "name": tokens.ACCESS_COOKIE},
        ]
