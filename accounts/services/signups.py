"""Asking for an account, and deciding about it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, limits, mail
from accounts.errors import AccountError
from accounts.models import Role, SignupState, User


class AlreadyDecided(AccountError):
    """Somebody has decided about this signup before."""

    code = "already_decided"


def request_signup(
    *, email: str, password: str, name: str = "", request: HttpRequest | None = None
) -> None:
    """Ask for an account.  An address that has one already changes nothing and is not told.

    A person who was rejected may ask again.  Whether the address is known or not, the same work is
    done: one hash, one entry in the log, one message when e-mail is configured.

    Raises:
        TooManyTries: too many requests came from this network address.
    """
    if request is not None:
        limits.take(_requests_of_an_address(), audit.address_of(request) or "unknown")
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
    with transaction.atomic():
        again = User.objects.filter(email=address, state=SignupState.REJECTED).update(**asked)
        person, created = User.objects.get_or_create(email=address, defaults=asked)
        is_new = bool(again) or created
        audit.record(
            action=f"accounts.signup.{'requested' if is_new else 'repeated'}",
            by=address,
            target=address,
            request=request,
        )
        mail.tell(mail.Subject.REQUESTED if is_new else mail.Subject.REPEATED, person)


def _requests_of_an_address() -> limits.Limit:
    """Return how many requests one network address may send."""
    return limits.Limit("signup", settings.SIGNUPS_PER_HOUR, timedelta(hours=1))


def approve_signup(
    person: User, *, by: User, role: str = Role.PLANNER, request: HttpRequest | None = None
) -> None:
    """Let a pending person in, in a role.

    Raises:
        AlreadyDecided: the signup is not pending any more.
    """
    _decide(person, SignupState.APPROVED, by=by, role=Role(role), reason="", request=request)


def how_many_wait() -> int:
    """Return how many people wait for an administrator's decision."""
    return User.objects.filter(state=SignupState.PENDING).count()


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
    approved = state == SignupState.APPROVED
    mail.tell(mail.Subject.APPROVED if approved else mail.Subject.REJECTED, person)
