"""API keys: made, shown once, used, revoked."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, mail
from accounts.errors import AccountError
from accounts.models import ApiKey, Role, User
from accounts.permissions import ABILITIES, first_of_all

MARK = "rml_"
"""What every key begins with, so that people and scanners of leaked secrets recognise one."""
MOST_KEYS = 20
LONGEST_DAYS = 730
USED_AGAIN = timedelta(minutes=1)
"""How exactly the last use is known: a busy program is not a write a request."""


class KeyRefused(AccountError):
    """A key is unknown, revoked or too old; to the caller these are the same."""

    code = "key_refused"

    def __init__(self) -> None:
        super().__init__(_("This API key is not valid, or no longer."))


class KeyUnfit(AccountError):
    """A key cannot be made like this."""

    code = "key_unfit"


def roles_for(person: User) -> list[Role]:
    """Return the roles that a person may give a key: those that may do no more than they."""
    own = ABILITIES[person.role]
    return [role for role in Role if ABILITIES[role] <= own]


@transaction.atomic
def create_key(
    person: User, *, name: str, role: str, days: int, request: HttpRequest | None = None
) -> tuple[ApiKey, str]:
    """Make a key and return it with its text, which is not kept.

    Raises:
        KeyUnfit: the role is more than the person's own, there are too many keys, or the person
            has something to do first: a key must not outlive a one-time password.
    """
    if first_of_all(person):
        raise KeyUnfit(_("Change the one-time password, or set up the second factor, first."))
    if role not in roles_for(person):
        raise KeyUnfit(_("A key may do no more than you."))
    if not 1 <= days <= LONGEST_DAYS:
        raise KeyUnfit(_("A key lasts from 1 to %(most)s days.") % {"most": LONGEST_DAYS})
    now = timezone.now()
    if ApiKey.objects.good(now).filter(user=person).count() >= MOST_KEYS:
        raise KeyUnfit(_("You have %(most)s keys: revoke one first.") % {"most": MOST_KEYS})
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        user=person,
        name=name.strip(),
        role=role,
        prefix=MARK + prefix,
        digest=_digest(secret),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    after = {"name": key.name, "role": role, "days": days}
    audit.record(
        action="accounts.key.created", by=person, target=key.prefix, after=after, request=request
    )
    mail.tell(mail.Subject.KEY, person)
    return key, f"{key.prefix}_{secret}"


@transaction.atomic
def revoke_key(key: ApiKey, *, by: User, request: HttpRequest | None = None) -> None:
    """End a key; one that has ended already stays as it is."""
    rows = ApiKey.objects.filter(pk=key.pk, revoked_at=None)
    if rows.update(revoked_at=timezone.now(), revoked_by=by.email):
        audit.record(action="accounts.key.revoked", by=by, target=key.prefix, request=request)


def user_of(text: str) -> User:
    """Return whose key this is, narrowed to the key's role.

    Raises:
        KeyRefused: it is nobody's, or ended.
    """
    prefix, _underscore, secret = text.removeprefix(MARK).partition("_")
    now = timezone.now()
    key = ApiKey.objects.good(now).select_related("user").filter(prefix=MARK + prefix).first()
    if key is None or not hmac.compare_digest(key.digest, _digest(secret)):
        raise KeyRefused
    if key.last_used_at is None or key.last_used_at < now - USED_AGAIN:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    person: User = key.user
    person.scope = key.role
    person.api_key = key.prefix
    return person


def _digest(secret: str) -> str:
    """Return what is kept of a secret: it is long and random, so one round is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()
