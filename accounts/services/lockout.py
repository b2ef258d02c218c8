"""Wrong passwords and codes: counted by account and by network address, before a look at them."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest

from accounts import audit, limits


def of_an_account() -> limits.Limit:
    """Return how many wrong passwords one account takes."""
    return limits.Limit("account", settings.LOCKOUT_TRIES, _window())


def of_codes() -> limits.Limit:
    """Return how many wrong codes of a second factor one account takes."""
    return limits.Limit("code", settings.LOCKOUT_TRIES, _window())


def of_an_address() -> limits.Limit:
    """Return how many wrong ones may come from one network address."""
    return limits.Limit("address", settings.LOCKOUT_ADDRESS_TRIES, _window())


def count_try(limit: limits.Limit, email: str, request: HttpRequest) -> None:
    """Count a try for the network address and for the account, whether it exists or not.

    Raises:
        TooManyTries: there were too many wrong ones.
    """
    origin = _origin(request)
    try:
        limits.take(of_an_address(), origin)
        limits.take(limit, email)
    except limits.TooManyTries:
        if limits.allows(limits.Limit("lockout log", 5, _window()), origin):
            audit.record(
                action="accounts.sign_in.locked_out", by="unknown", target=email, request=request
            )
        raise


def was_right(limit: limits.Limit, email: str, request: HttpRequest) -> None:
    """Uncount a try that was right, and forget the wrong ones before it."""
    limits.clear(limit, email)
    limits.give_back(of_an_address(), _origin(request))


def lift(email: str) -> None:
    """Let somebody try again at once."""
    limits.clear(of_an_account(), email)
    limits.clear(of_codes(), email)


def _origin(request: HttpRequest) -> str:
    return audit.address_of(request) or "unknown"


def _window() -> timedelta:
    return timedelta(minutes=settings.LOCKOUT_MINUTES)
