"""Messages to people, when e-mail is configured.  They are sent by the queue, after the commit.

Nobody waits for a mail server, and whether one is slow tells nobody anything.  A message never
holds a password or a key.
"""

from __future__ import annotations

from enum import StrEnum

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override
from django_q.tasks import async_task

from accounts.models import Role, User

SEND = "accounts.mail.send"


class Subject(StrEnum):
    """What a message is about."""

    REQUESTED = "requested"
    REPEATED = "repeated"
    APPROVED = "approved"
    REJECTED = "rejected"
    RESET = "reset"
    CHANGED = "changed"
    KEY = "key"
    SECOND_FACTOR = "second_factor"


def tell(subject: Subject, person: User) -> None:
    """Queue a message, to be sent once what it tells is certain."""
    if settings.EMAIL_HOST:
        transaction.on_commit(lambda: async_task(SEND, subject.value, person.pk), robust=True)


def send(subject: str, person_id: int) -> int:
    """Send one message in the site's language; return how many it went to.  Called by the queue."""
    person = User.objects.filter(pk=person_id).first()
    if person is None:
        return 0
    with override(settings.LANGUAGE_CODE):
        title, text = _message(Subject(subject), person)
        receivers = _administrators() if subject == Subject.REQUESTED else [person.email]
        return sum(
            send_mail(f"{settings.BRAND}: {title}", text, settings.DEFAULT_FROM_EMAIL, [receiver])
            for receiver in receivers
        )


def _administrators() -> list[str]:
    """Return who decides about requests."""
    active = User.objects.filter(is_active=True, role=Role.ADMINISTRATOR)
    return list(active.values_list("email", flat=True))


def _message(subject: Subject, person: User) -> tuple[str, str]:
    """Return title and text."""
    about = {"email": person.email, "reason": person.decision_reason}
    messages = {
        Subject.REQUESTED: (
            _("somebody asks for an account"),
            _("%(email)s asks for an account. Decide under People in the administration.") % about,
        ),
        Subject.REPEATED: (
            _("your account"),
            _("Somebody asked for an account with this address, which has one already, or a "
              "request that waits. If it was you: sign in, or ask an administrator for a new "
              "password. If not, you need not do anything."),
        ),
        Subject.APPROVED: (
            _("your account is open"),
            _("Your request was approved. You can sign in now."),
        ),
        Subject.REJECTED: (
            _("your request was refused"),
            _("Your request was refused: %(reason)s You may ask again.") % about,
        ),
        Subject.RESET: (
            _("your password was reset"),
            _("An administrator has given you a one-time password and will tell you what it is. "
              "If you did not ask for it, speak to the administrator."),
        ),
        Subject.CHANGED: (
            _("your password was changed"),
            _("Your password was changed, and you were signed out everywhere else. If it was not "
              "you, speak to an administrator at once."),
        ),
        Subject.KEY: (
            _("a new API key"),
            _("An API key was made with your account. If it was not you, speak to an "
              "administrator at once."),
        ),
        Subject.SECOND_FACTOR: (
            _("how you sign in has changed"),
            _("The authenticator app of your account was set up or taken away. If it was neither "
              "you nor an administrator whom you asked, speak to an administrator at once."),
        ),
    }  # fmt: skip
    return messages[subject]
