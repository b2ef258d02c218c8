"""What administrators do with accounts: change them, make many, give a new password."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, mail, tokens
from accounts.errors import AccountError
from accounts.models import Role, SignupState, User
from accounts.services import lockout, second_factor
from accounts.words import readable_secret

COLUMNS = ("email", "name", "role")
MOST_PEOPLE = 1000


class NotYourself(AccountError):
    """Administrators do not take away their own rights."""

    code = "not_yourself"


class NotApproved(AccountError):
    """There is no account to do this with yet."""

    code = "not_approved"


class ListUnreadable(AccountError):
    """A list of people has mistakes; nobody was added."""

    code = "list_unreadable"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """One line of a list of people."""

    email: str
    name: str
    role: str


@transaction.atomic
def change_person(
    person: User, *, by: User, before: dict[str, Any], request: HttpRequest | None = None
) -> None:
    """Save a changed role, name or standing; who may no longer sign in is signed out.

    Raises:
        NotYourself: an administrator would take their own rights away.
    """
    if person.pk == by.pk and not person.is_administrator:
        raise NotYourself(_("Ask another administrator to take your own rights away."))
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


@transaction.atomic
def reset_password(person: User, *, by: User, request: HttpRequest | None = None) -> str:
    """Give somebody a one-time password, end their sign-ins and lift a lock-out.

    Raises:
        NotApproved: the person has no account yet, or it is closed.
    """
    if not person.is_active:
        raise NotApproved(_("%(email)s may not sign in.") % {"email": person.email})
    password = _give_one_time_password(person)
    person.save(update_fields=["password", "one_time_until"])
    tokens.end_all(person)
    lockout.lift(person.email)
    audit.record(action="accounts.password.reset", by=by, target=person.email, request=request)
    mail.tell(mail.Subject.RESET, person)
    return password


def reset_second_factor(person: User, *, by: User, request: HttpRequest | None = None) -> None:
    """Take the second factor of somebody who lost it away.

    Raises:
        NotYourself: one's own goes on the account's page, with a code.
    """
    if person.pk == by.pk:
        raise NotYourself(_("Your own second factor is on your account's page."))
    second_factor.take_away(person, by=by, request=request)


def read_list(content: bytes) -> list[NewPerson]:
    """Read a CSV file of people: a header with email, and name and role if there are any.

    Raises:
        ListUnreadable: with everything that is wrong, line by line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ListUnreadable(_("The file is not UTF-8 text.")) from None
    try:
        return _read_people(text)
    except csv.Error as error:
        raise ListUnreadable(
            _("The file cannot be read as CSV: %(reason)s.") % {"reason": error}
        ) from None


def _read_people(text: str) -> list[NewPerson]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    heads = [str(name).strip().lower() for name in reader.fieldnames or ()]
    if "email" not in heads or set(heads) - set(COLUMNS):
        raise ListUnreadable(
            _("The first line must name the columns: email, and if you like name and role.")
        )
    reader.fieldnames = heads
    people, wrong = [], []
    seen: set[str] = set(User.objects.values_list("email", flat=True))
    for line, row in enumerate(reader, start=2):
        person = NewPerson(
            (row.get("email") or "").strip().lower(),
            (row.get("name") or "").strip(),
            (row.get("role") or Role.PLANNER).strip().lower(),
        )
        complaint = _complaint(person, seen) if None not in row else _("too many columns")
        if complaint:
            wrong.append(_("Line %(line)s: %(what)s") % {"line": line, "what": complaint})
        seen.add(person.email)
        people.append(person)
        if len(people) > MOST_PEOPLE:
            wrong.append(_("More than %(most)s people.") % {"most": MOST_PEOPLE})
            break
    if not people:
        wrong.append(_("The file has no people in it."))
    if wrong:
        raise ListUnreadable("\n".join(wrong[:20]), wrong=wrong[:20])
    return people


@transaction.atomic
def create_people(
    people: Sequence[NewPerson], *, by: User, request: HttpRequest | None = None
) -> list[tuple[User, str]]:
    """Add people who may sign in at once, each with a one-time password, which is returned."""
    made = []
    for each in people:
        person = User(email=each.email, name=each.name, role=Role(each.role))
        person.state = SignupState.APPROVED
        person.is_active = True
        person.decided_at = timezone.now()
        person.decided_by = by.email
        password = _give_one_time_password(person)
        person.save(force_insert=True)
        audit.record(
            action="accounts.person.created",
            by=by,
            target=person.email,
            after={"role": person.role},
            request=request,
        )
        made.append((person, password))
    return made


def _give_one_time_password(person: User) -> str:
    """Set a password that must be changed at once, and return it."""
    password = readable_secret(4)
    person.set_password(password)
    person.one_time_until = timezone.now() + timedelta(hours=settings.ONE_TIME_PASSWORD_HOURS)
    return password


def _complaint(person: NewPerson, seen: set[str]) -> str:
    """Return what is wrong with a line, empty when nothing is."""
    try:
        validate_email(person.email)
    except ValidationError:
        return _("%(email)s is no e-mail address") % {"email": repr(person.email)}
    if len(person.email) > 254 or len(person.name) > 150:
        return _("e-mail or name is too long")
    if person.role not in Role.values:
        return _("%(role)s is no role") % {"role": repr(person.role)}
    return _("%(email)s is there already") % {"email": person.email} if person.email in seen else ""
