"""Changing one's own password."""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import audit, mail, tokens
from accounts.errors import AccountError
from accounts.models import User
from accounts.services.sessions import check_password, open_session


class PasswordUnfit(AccountError):
    """The new password is too weak, or the old one again."""

    code = "password_unfit"


def change_password(
    request: HttpRequest, person: User, *, current: str, new: str, session: bool
) -> tokens.Pair:
    """Change a password, end every sign-in and open a fresh one for whoever is asking.

    Raises:
        SignInRefused: the current password is wrong.
        PasswordUnfit: the new one is too weak, or the same.
        TooManyTries: the current one was wrong too often.
    """
    known = check_password(request, email=person.email, password=current)
    if current == new:
        raise PasswordUnfit(_("The new password is the old one."))
    try:
        validate_password(new, known)
    except ValidationError as error:
        raise PasswordUnfit(" ".join(error.messages)) from None
    with transaction.atomic():
        known.set_password(new)
        known.one_time_until = None
        known.save(update_fields=["password", "one_time_until"])
        tokens.end_all(known)
        audit.record(
            action="accounts.password.changed", by=known, target=known.email, request=request
        )
        mail.tell(mail.Subject.CHANGED, known)
        if not session:
            return tokens.start(known, request)
        return open_session(request, known)
