"""The second factor: codes of an authenticator app (TOTP, RFC 6238), and codes for when it is lost.

The app's secret is kept nowhere: it follows from the site's key and a salt of the person's.  So a
copy of the database opens no account.  A site whose ``SECRET_KEY`` was changed still takes the
codes of the keys in ``SECRET_KEY_FALLBACKS``.
"""

from __future__ import annotations

import base64
import hmac
import secrets

import pyotp
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts import audit, mail, tokens
from accounts.errors import AccountError
from accounts.models import RecoveryCode, User
from accounts.services import lockout
from accounts.words import readable_secret

STEP_SECONDS = 30
RECOVERY_CODES = 10
SALT = "accounts.second_factor"


class CodeNeeded(AccountError):
    """The password is right, and a code of the authenticator app is needed as well."""

    code = "code_needed"

    def __init__(self, person: User) -> None:
        super().__init__(_("Enter a code of your authenticator app as well."))
        self.person = person


class CodeRefused(AccountError):
    """The code is wrong, too old, or was used before."""

    code = "code_refused"


class SecondFactorNeeded(AccountError):
    """The person's role may not be without a second factor."""

    code = "second_factor_needed"


def new_salt() -> str:
    """Return what a new secret follows from."""
    return secrets.token_hex(20)


def secret_of(salt: str, key: str | None = None) -> str:
    """Return the secret that goes into the app."""
    derived = salted_hmac(SALT, salt, key, algorithm="sha256").digest()
    return base64.b32encode(derived[:20]).decode("ascii")


def address_of(person: User, salt: str) -> str:
    """Return the ``otpauth:`` address that an app reads from a QR code."""
    app = pyotp.TOTP(secret_of(salt))
    return app.provisioning_uri(name=person.email, issuer_name=settings.BRAND)


def check(person: User, code: str, request: HttpRequest) -> None:
    """Take one code of the app, or one recovery code; either is good once.

    Raises:
        CodeNeeded: none was given.
        CodeRefused: it is wrong, too old, or was used before.
        TooManyTries: too many wrong ones for this account or from this network address.
    """
    if not code:
        raise CodeNeeded(person)
    lockout.count_try(lockout.of_codes(), person.email, request)
    typed = _as_typed(code)
    if not (_use_app(person, typed) or _use_recovery(person, typed, request)):
        audit.record(
            action="accounts.code.refused", by="unknown", target=person.email, request=request
        )
        raise CodeRefused(_("This code is wrong, too old, or was used before."))
    lockout.was_right(lockout.of_codes(), person.email, request)


@transaction.atomic
def set_up(
    person: User, *, salt: str, code: str, keep: str, request: HttpRequest | None = None
) -> list[str]:
    """Ask for codes from now on, end every other sign-in, and return the recovery codes.

    Raises:
        CodeRefused: the code is not one of the app that was just set up.
    """
    step = _step_of(salt, _as_typed(code))
    if step is None:
        raise CodeRefused(_("The app shows another code. Is the clock of the telephone right?"))
    person.second_factor_salt, person.second_factor_step = salt, step
    person.second_factor_since = timezone.now()
    _save(person)
    tokens.end_all(person, keep=keep)
    audit.record(
        action="accounts.second_factor.set_up", by=person, target=person.email, request=request
    )
    mail.tell(mail.Subject.SECOND_FACTOR, person)
    return _new_recovery_codes(person)


@transaction.atomic
def renew_recovery_codes(person: User, *, request: HttpRequest | None = None) -> list[str]:
    """Return new recovery codes; the old ones are good for nothing."""
    audit.record(
        action="accounts.recovery_codes.renewed", by=person, target=person.email, request=request
    )
    return _new_recovery_codes(person)


@transaction.atomic
def take_away(person: User, *, by: User | str, request: HttpRequest | None = None) -> None:
    """Ask for the password alone from now on; an administrator does it when the app is lost.

    Raises:
        SecondFactorNeeded: people of this role may not do it themselves.
    """
    itself = isinstance(by, User) and by.pk == person.pk
    if itself and person.role in settings.REQUIRE_SECOND_FACTOR:
        raise SecondFactorNeeded(
            _("Your role needs a second factor. Another administrator can take it away.")
        )
    person.second_factor_salt, person.second_factor_since = "", None
    _save(person)
    person.recovery_codes.all().delete()
    if not itself:
        tokens.end_all(person)
        lockout.lift(person.email)
    audit.record(
        action="accounts.second_factor.taken_away", by=by, target=person.email, request=request
    )
    mail.tell(mail.Subject.SECOND_FACTOR, person)


def recovery_codes_left(person: User) -> int:
    """Return how many recovery codes are still good."""
    return person.recovery_codes.filter(used_at=None).count()


def _save(person: User) -> None:
    person.save(update_fields=["second_factor_salt", "second_factor_step", "second_factor_since"])


def _as_typed(code: str) -> str:
    """Return a code without the blanks and dashes that people put into it."""
    return "".join(code.replace("-", "").split()).lower()


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def _use_app(person: User, code: str) -> bool:
    """Return whether the app shows this code, which no other request has used."""
    step = _step_of(person.second_factor_salt, code)
    if step is None:
        return False
    unused = User.objects.filter(pk=person.pk, second_factor_step__lt=step)
    return bool(unused.update(second_factor_step=step))


def _step_of(salt: str, code: str) -> int | None:
    """Return the half minute that a code belongs to: this one, the one before or the next."""
    now = int(timezone.now().timestamp()) // STEP_SECONDS
    for key in _keys():
        app = pyotp.TOTP(secret_of(salt, key), interval=STEP_SECONDS)
        for step in (now, now - 1, now + 1):
            if hmac.compare_digest(app.generate_otp(step).encode(), code.encode()):
                return step
    return None


def _use_recovery(person: User, code: str, request: HttpRequest) -> bool:
    """Return whether this is a recovery code that no other request has used."""
    digests = [_digest(code, key) for key in _keys()]
    good = person.recovery_codes.filter(digest__in=digests, used_at=None)
    if not good.update(used_at=timezone.now()):
        return False
    audit.record(
        action="accounts.recovery_code.used", by=person, target=person.email, request=request
    )
    return True


def _new_recovery_codes(person: User) -> list[str]:
    """Put new codes in the place of all the old ones."""
    codes = [readable_secret(2) for _number in range(RECOVERY_CODES)]
    person.recovery_codes.all().delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(user=person, digest=_digest(_as_typed(code), settings.SECRET_KEY))
        for code in codes
    )
    return codes


def _digest(code: str, key: str) -> str:
    return salted_hmac(f"{SALT}.recovery", code, key, algorithm="sha256").hexdigest()
