"""Signing in and out.  The session of the pages and the tokens of the API begin and end together.

The ``SignIn`` row decides: a session keeps its id, a token names it; both are worth nothing once
it has ended, has lain idle for too long or has grown too old.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth import login, logout
from django.contrib.auth.hashers import make_password
from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from accounts import audit, tokens
from accounts.errors import AccountError
from accounts.models import SignIn, SignupState, User
from accounts.services import lockout, second_factor

BACKEND = "django.contrib.auth.backends.ModelBackend"
SIGN_IN = "sign_in"
"""Where a session keeps the id of its sign-in."""
HALF = "half_signed_in"
"""Where it keeps whose password was right while the code is waited for."""
CODE_WAITS = timedelta(minutes=5)


class SignInRefused(AccountError):
    """The address or the password is wrong; which of them is not said."""

    code = "sign_in_refused"


class SignupPending(AccountError):
    """The password is right, and nobody has approved the account yet."""

    code = "signup_pending"


class SignupRejected(AccountError):
    """The password is right, and the account was refused; the person may ask again."""

    code = "signup_rejected"


def sign_in(
    request: HttpRequest, *, email: str, password: str, session: bool, code: str = ""
) -> tuple[User, tokens.Pair]:
    """Open a family of tokens for the API and, for a browser, the session of the pages with it.

    Raises:
        SignInRefused: the address or the password is wrong, or the account is closed.
        SignupPending: both are right and nobody has approved the account yet.
        SignupRejected: both are right and the account was refused.
        CodeNeeded: both are right, and a code of the second factor is missing.
        CodeRefused: both are right, and the code is not.
        TooManyTries: too many wrong ones for this account or from this network address.
    """
    person = check_password(request, email=email, password=password)
    if person.state == SignupState.PENDING:
        raise SignupPending(_("Your account waits for an administrator's approval."))
    if person.state == SignupState.REJECTED:
        raise SignupRejected(
            _("Your request was refused: %(reason)s You may ask again.")
            % {"reason": person.decision_reason.rstrip(".") + "."}
        )
    if person.has_second_factor:
        second_factor.check(person, code, request)
    return person, _open(request, person, session=session)


def wait_for_code(request: HttpRequest, person: User) -> None:
    """Remember in the browser's session whose password was right, until the code is there."""
    request.session.cycle_key()
    request.session[HALF] = {
        "person": person.pk,
        "password": person.get_session_auth_hash(),
        "until": (timezone.now() + CODE_WAITS).timestamp(),
    }


def who_waits(request: HttpRequest) -> User | None:
    """Return whose code this browser is asked for; nobody once it took too long."""
    half = request.session.get(HALF)
    if half is None or half["until"] < timezone.now().timestamp():
        return None
    person = User.objects.filter(pk=half["person"], is_active=True).first()
    if person is None or not constant_time_compare(
        half["password"], person.get_session_auth_hash()
    ):
        return None
    return person


def finish(request: HttpRequest, person: User, *, code: str) -> tokens.Pair:
    """Sign in who waits, with their code.

    Raises:
        CodeRefused: it is wrong, too old, or was used before.
        TooManyTries: too many wrong ones for this account or from this network address.
    """
    second_factor.check(person, code, request)
    return _open(request, person, session=True)


def _open(request: HttpRequest, person: User, *, session: bool) -> tokens.Pair:
    """Open what was asked for and write it down."""
    with transaction.atomic():
        pair = open_session(request, person) if session else tokens.start(person, request)
        audit.record(action="accounts.signed_in", by=person, target=person.email, request=request)
    return pair


def open_session(request: HttpRequest, person: User) -> tokens.Pair:
    """Open a session with a new id, in the place of the one that the browser had."""
    if SIGN_IN in request.session:
        tokens.end_sign_in(request.session[SIGN_IN])
    request.session.flush()
    login(request, person, backend=BACKEND)
    return tokens.of_sign_in(request.session[SIGN_IN])


def check_password(request: HttpRequest, *, email: str, password: str) -> User:
    """Return whose address and password these are.

    Every try is counted before the password is looked at, and uncounted when it was right.

    Raises:
        SignInRefused: they are nobody's, or the account is closed.
        TooManyTries: too many wrong ones for this account or from this network address.
    """
    address = email.strip().lower()
    lockout.count_try(lockout.of_an_account(), address, request)
    person = _who(address, password)
    closed = person is not None and person.state == SignupState.APPROVED and not person.is_active
    if person is None or closed or _is_over(person):
        audit.record(
            action="accounts.sign_in.refused", by="unknown", target=address, request=request
        )
        raise SignInRefused(_("The e-mail address or the password is wrong."))
    lockout.was_right(lockout.of_an_account(), address, request)
    return person


def _who(address: str, password: str) -> User | None:
    """Return whose address and password these are; an unknown address takes as long."""
    person = User.objects.filter(email=address).first()
    if person is None:
        make_password(password)
        return None
    return person if person.check_password(password) else None


def _is_over(person: User) -> bool:
    """Return whether the password was for one time and that time is over."""
    return person.one_time_until is not None and person.one_time_until <= timezone.now()


@receiver(user_logged_in)
def open_sign_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Give every session, however it was opened, the sign-in that decides about it."""
    request.session[SIGN_IN] = tokens.open_sign_in(user, request).id.hex


@transaction.atomic
def sign_out(request: HttpRequest, *, by: User, token: str = "") -> None:
    """End the session and the family of tokens of whoever is asking."""
    if token:
        tokens.end(token)
    if SIGN_IN in request.session:
        tokens.end_sign_in(request.session[SIGN_IN])
    audit.record(action="accounts.signed_out", by=by, target=by.email, request=request)
    logout(request)


@transaction.atomic
def end_one(sign_in: SignIn, *, by: User, request: HttpRequest) -> None:
    """End one sign-in of somebody, wherever it is."""
    tokens.end_sign_in(sign_in.id.hex)
    target = sign_in.user.email
    audit.record(action="accounts.sign_in.ended", by=by, target=target, request=request)


@transaction.atomic
def end_all(person: User, *, by: User, request: HttpRequest, keep: str = "") -> int:
    """End every sign-in of somebody but, when asked, one; return how many there were."""
    ended = tokens.end_all(person, keep=keep)
    audit.record(
        action="accounts.signed_out_everywhere",
        by=by,
        target=person.email,
        after={"ended": ended},
        request=request,
    )
    return ended
