"""What changes accounts: asking for one, deciding about it, signing in and out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login, logout
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, tokens
from accounts.errors import AccountError
from accounts.models import Role, SignupState, User

BACKEND = "django.contrib.auth.backends.ModelBackend"
SIGN_IN = "sign_in"
"""Where a session keeps the id of the token family that was opened with it."""


class SignInRefused(AccountError):
    """The address or the password is wrong; which of them is not said."""

    code = "sign_in_refused"


class SignupPending(AccountError):
    """The password is right, and nobody has approved the account yet."""

    code = "signup_pending"


class AlreadyDecided(AccountError):
    """Somebody has decided about this signup before."""

    code = "already_decided"


@transaction.atomic
def request_signup(
    *, email: str, password: str, name: str = "", request: HttpRequest | None = None
) -> None:
    """Ask for an account.  An address that has one already changes nothing and is not told.

    A person who was rejected may ask again.
    """
    address = email.strip().lower()
    asked = {
        "name": name.strip(),
        "password": make_password(password),
        "state": SignupState.PENDING,
        "requested_at": timezone.now(),
        "decided_at": None,
        "decided_by": "",
        "decision_reason": "",
    }
    again = User.objects.filter(email=address, state=SignupState.REJECTED).update(**asked)
    if not again:
        _existing, created = User.objects.get_or_create(email=address, defaults=asked)
        if not created:
            return
    audit.record(action="accounts.signup.requested", by=address, target=address, request=request)


def approve_signup(
    person: User, *, by: User, role: str = Role.PLANNER, request: HttpRequest | None = None
) -> None:
    """Let a pending person in, in a role.

    Raises:
        AlreadyDecided: the signup is not pending any more.
    """
    _decide(person, SignupState.APPROVED, by=by, role=Role(role), reason="", request=request)


def reject_signup(
    person: User, *, by: User, reason: str, request: HttpRequest | None = None
) -> None:
    """Turn a pending person down, saying why.

    Raises:
        AlreadyDecided: the signup is not pending any more.
    """
    _decide(person, SignupState.REJECTED, by=by, role=None, reason=reason, request=request)


@transaction.atomic
def _decide(
    person: User,
    state: SignupState,
    *,
    by: User,
    role: Role | None,
    reason: str,
    request: HttpRequest | None,
) -> None:
    """Move a signup out of pending, if it is still there, and write it down."""
    changed = User.objects.filter(pk=person.pk, state=SignupState.PENDING).update(
        state=state,
        role=role or person.role,
        is_active=state == SignupState.APPROVED,
        decided_at=timezone.now(),
        decided_by=by.email,
        decision_reason=reason,
    )
    if changed != 1:
        raise AlreadyDecided(_("%(email)s has been decided before.") % {"email": person.email})
    audit.record(
        action=f"accounts.signup.{state}",
        by=by,
        target=person.email,
        after={"role": role, "reason": reason},
        request=request,
    )
    person.refresh_from_db()


@transaction.atomic
def change_person(
    person: User, *, by: User, before: dict[str, Any], request: HttpRequest | None = None
) -> None:
    """Save a changed role, name or standing; who may no longer sign in is signed out."""
    person.full_clean()
    person.save()
    if not person.is_active:
        tokens.end_all(person)
    after = {name: getattr(person, name) for name in before}
    audit.record(
        action="accounts.person.changed",
        by=by,
        target=person.email,
        before=before,
        after=after,
        request=request,
    )


def sign_in(
    request: HttpRequest, *, email: str, password: str, session: bool
) -> tuple[User, tokens.Pair]:
    """Open a family of tokens for the API and, for a browser, the session of the pages with it.

    Raises:
        SignInRefused: the address or the password is wrong, or the account is closed.
        SignupPending: both are right and nobody has approved the account yet.
    """
    person = _who(email, password)
    if person is not None and person.state == SignupState.PENDING:
        raise SignupPending(_("Your account waits for an administrator's approval."))
    if person is None or not person.is_active:
        audit.record(action="accounts.sign_in.refused", by="unknown", target=email, request=request)
        raise SignInRefused(_("The e-mail address or the password is wrong."))
    with transaction.atomic():
        pair = tokens.start(person)
        if session:
            login(request, person, backend=BACKEND)
            request.session[SIGN_IN] = pair.sign_in
        audit.record(action="accounts.signed_in", by=person, target=person.email, request=request)
    return person, pair


def _who(email: str, password: str) -> User | None:
    """Return whose address and password these are; an unknown address takes as long."""
    person = User.objects.filter(email=email.strip().lower()).first()
    if person is None:
        make_password(password)
        return None
    return person if person.check_password(password) else None


@transaction.atomic
def sign_out(request: HttpRequest, *, by: User, token: str = "") -> None:
    """End the session and the family of tokens of whoever is asking."""
    if token:
        tokens.end(token)
    if SIGN_IN in request.session:
        tokens.end_sign_in(request.session[SIGN_IN])
    audit.record(action="accounts.signed_out", by=by, target=by.email, request=request)
    logout(request)
