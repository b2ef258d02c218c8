"""The tokens of a sign-in: made, followed by new ones, ended.  Cookies are described here only.

Both tokens name their ``SignIn`` row.  The refresh token is good once: using it makes the next one,
and using it again ends the sign-in, because then two parties hold it.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt
from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.errors import AccountError
from accounts.models import SignIn, User

ACCESS_COOKIE = "access_token"
REFRESH_COOKIE = "refresh_token"
REFRESH_PATH = "/api/auth/"
ALGORITHM = "HS256"
ACCESS, REFRESH = "access", "refresh"


class TokenRefused(AccountError):
    """A token is expired, forged, ended, or was used before; to the caller these are the same."""

    code = "token_refused"

    def __init__(self) -> None:
        super().__init__(_("This token is not valid, or no longer."))


@dataclass(frozen=True, slots=True)
class Pair:
    """What a program or browser holds while it is signed in."""

    sign_in: str
    access: str
    refresh: str


def start(user: User) -> Pair:
    """Open a sign-in and return its first tokens."""
    sign_in = SignIn.objects.create(
        user=user, expires_at=timezone.now() + timedelta(days=settings.SIGN_IN_DAYS)
    )
    return _pair(sign_in)


def follow(refresh: str) -> tuple[User, Pair]:
    """Exchange a refresh token for the next pair.

    Raises:
        TokenRefused: the token is not good; one that was used before also ends its sign-in.
    """
    identity, token = _read(refresh, REFRESH)
    now = timezone.now()
    following = uuid.uuid4()
    open_ones = SignIn.objects.filter(id=identity, ended_at=None, expires_at__gt=now)
    if not open_ones.filter(token=token).update(token=following, refreshed_at=now):
        open_ones.update(ended_at=now)
        raise TokenRefused
    sign_in = SignIn.objects.select_related("user").get(id=identity)
    if not sign_in.user.is_active:
        raise TokenRefused
    return sign_in.user, _pair(sign_in)


def user_of(access: str) -> User:
    """Return whose access token this is.

    Raises:
        TokenRefused: it is not good, or its sign-in has ended.
    """
    identity, _id = _read(access, ACCESS)
    sign_in = (
        SignIn.objects.select_related("user")
        .filter(id=identity, ended_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if sign_in is None or not sign_in.user.is_active:
        raise TokenRefused
    return sign_in.user


def end(token: str) -> None:
    """End the sign-in of an access token; one that is no good ends nothing."""
    try:
        identity, _id = _read(token, ACCESS)
    except TokenRefused:
        return
    end_sign_in(identity.hex)


def end_sign_in(identity: str) -> None:
    """End one sign-in by its id."""
    SignIn.objects.filter(id=uuid.UUID(identity), ended_at=None).update(ended_at=timezone.now())


def end_all(user: User) -> int:
    """End every sign-in of a person; return how many were open."""
    return SignIn.objects.filter(user=user, ended_at=None).update(ended_at=timezone.now())


def set_cookies(response: HttpResponseBase, pair: Pair) -> None:
    """Hand the tokens to a browser, out of reach of its scripts."""
    cookies = (
        (ACCESS_COOKIE, pair.access, "/api/", settings.ACCESS_TOKEN_LIFETIME),
        (REFRESH_COOKIE, pair.refresh, REFRESH_PATH, settings.REFRESH_TOKEN_LIFETIME),
    )
    for name, value, path, lifetime in cookies:
        response.set_cookie(
            name,
            value,
            max_age=int(lifetime.total_seconds()),
            path=path,
            secure=settings.BEHIND_TLS,
            httponly=True,
            samesite="Strict",
        )


def clear_cookies(response: HttpResponseBase) -> None:
    """Take the tokens out of a browser."""
    response.delete_cookie(ACCESS_COOKIE, path="/api/", samesite="Strict")
    response.delete_cookie(REFRESH_COOKIE, path=REFRESH_PATH, samesite="Strict")


def _pair(sign_in: SignIn) -> Pair:
    """Return the tokens that are good for a sign-in now."""
    return Pair(
        sign_in=sign_in.id.hex,
        access=_sign(sign_in, ACCESS, settings.ACCESS_TOKEN_LIFETIME),
        refresh=_sign(sign_in, REFRESH, settings.REFRESH_TOKEN_LIFETIME),
    )


def _sign(sign_in: SignIn, kind: str, lifetime: timedelta) -> str:
    """Return one signed token; neither outlives its sign-in."""
    now: datetime = timezone.now()
    claims: dict[str, Any] = {
        "typ": kind,
        "sid": sign_in.id.hex,
        "jti": sign_in.token.hex,
        "sub": str(sign_in.user_id),
        "iat": now,
        "exp": min(now + lifetime, sign_in.expires_at),
    }
    return jwt.encode(claims, settings.TOKEN_SIGNING_KEY, algorithm=ALGORITHM)


def _read(token: str, kind: str) -> tuple[uuid.UUID, uuid.UUID]:
    """Return the sign-in and the id of a token whose signature, age and kind are right."""
    try:
        claims = jwt.decode(
            token,
            settings.TOKEN_SIGNING_KEY,
            algorithms=[ALGORITHM],
            options={"require": ["exp", "typ", "sid", "jti"]},
        )
    except jwt.InvalidTokenError:
        raise TokenRefused from None
    if claims["typ"] != kind:
        raise TokenRefused
    return uuid.UUID(claims["sid"]), uuid.UUID(claims["jti"])
