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
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.errors import AccountError
from accounts.models import SignIn, User

PREFIX = "__Secure-" if settings.BEHIND_TLS else ""
ACCESS_COOKIE = PREFIX + "access_token"
REFRESH_COOKIE = PREFIX + "refresh_token"
REFRESH_PATH = "/api/auth/"
ALGORITHM = "HS256"
ACCESS, REFRESH = "access", "refresh"
SEEN_AGAIN = timedelta(minutes=1)
"""How exactly it is known when a sign-in was last used: not every request is a write."""


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


def open_sign_in(user: User, request: HttpRequest | None = None) -> SignIn:
    """Open a sign-in; the oldest ones of the person end when there are more than allowed."""
    agent = "" if request is None else request.headers.get("User-Agent", "")
    sign_in = SignIn.objects.create(
        user=user,
        expires_at=timezone.now() + timedelta(days=settings.SIGN_IN_DAYS),
        agent=agent.replace("\x00", "")[:200],
        address=None if request is None else audit.address_of(request),
    )
    if settings.MAX_SIGN_INS:
        newest = SignIn.objects.filter(user=user, ended_at=None).order_by("-started_at", "-id")
        kept = list(newest.values_list("id", flat=True)[: settings.MAX_SIGN_INS])
        newest.exclude(id__in=kept).order_by().update(ended_at=timezone.now())
    return sign_in


def start(user: User, request: HttpRequest | None = None) -> Pair:
    """Open a sign-in and return its first tokens."""
    return _pair(open_sign_in(user, request))


def of_sign_in(identity: str) -> Pair:
    """Return the tokens of a sign-in that has just been opened."""
    return _pair(SignIn.objects.get(id=uuid.UUID(identity)))


def follow(refresh: str, request: HttpRequest | None = None) -> tuple[User, Pair]:
    """Exchange a refresh token for the next pair.

    Raises:
        TokenRefused: the token is not good; one that was used before also ends its sign-in.
    """
    identity, token = _read(refresh, REFRESH)
    now = timezone.now()
    following = uuid.uuid4()
    good = SignIn.objects.good(now).filter(id=identity)
    if not good.filter(token=token).update(token=following, refreshed_at=now, seen_at=now):
        _end_copied(identity, token, request)
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
    user = seen(identity)
    if user is None:
        raise TokenRefused
    return user


def seen(identity: uuid.UUID) -> User | None:
    """Return whose sign-in this is, and note that it is used; nobody once it is over."""
    now = timezone.now()
    sign_in = SignIn.objects.good(now).select_related("user").filter(id=identity).first()
    if sign_in is None or not sign_in.user.is_active:
        return None
    if sign_in.seen_at < now - SEEN_AGAIN:
        SignIn.objects.filter(id=identity).update(seen_at=now)
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


def end_all(user: User, *, keep: str = "") -> int:
    """End every sign-in of a person, but one when asked; return how many were open."""
    open_ones = SignIn.objects.filter(user=user, ended_at=None)
    if keep:
        open_ones = open_ones.exclude(id=uuid.UUID(keep))
    return open_ones.update(ended_at=timezone.now())


@transaction.atomic
def _end_copied(identity: uuid.UUID, token: uuid.UUID, request: HttpRequest | None) -> None:
    """End a sign-in whose refresh token came a second time, and write it down.

    One that is merely idle for too long or too old was not copied: its token is still the newest.
    """
    copied = SignIn.objects.filter(id=identity, ended_at=None).exclude(token=token)
    sign_in = copied.select_related("user").first()
    if sign_in is not None:
        end_sign_in(identity.hex)
        target = sign_in.user.email
        audit.record(action="accounts.token.replayed", by=None, target=target, request=request)


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
    """Take the tokens, and whatever pages were kept, out of a browser."""
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
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
