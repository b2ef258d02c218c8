"""Typed readers of environment variables.

Every value of ``settings.py`` comes through here.  A value that cannot be used stops the start with
the variable's name, what was found and what is expected: a typing error must not become a default.
"""

from __future__ import annotations

import os
import secrets as random_secrets
import tempfile
import zoneinfo
from collections.abc import Sequence
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
SECRET_LENGTH = 32
"""Fewest characters of a secret: below that HMAC keys are weaker than their hash."""


def load_file(path: Path) -> None:
    """Add the ``NAME=value`` lines of a file to the environment; what is set already wins."""
    if not path.is_file():
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ImproperlyConfigured(f"{path}, line {number}: expected NAME=value")
        os.environ.setdefault(name.strip(), value.strip().strip("\"'"))


def text(name: str, default: str | None = None) -> str:
    """Return a variable as it is; without a default it must be set."""
    value = os.environ.get(name, "").strip()
    if value:
        return value
    if default is None:
        raise ImproperlyConfigured(f"{name} must be set")
    return default


def choice(name: str, options: Sequence[str], default: str) -> str:
    """Return a variable that must be one of ``options``."""
    value = text(name, default)
    if value not in options:
        raise ImproperlyConfigured(f"{name} is {value!r}: expected one of {', '.join(options)}")
    return value


def flag(name: str, *, default: bool) -> bool:
    """Return a yes-or-no variable."""
    value = text(name, "true" if default else "false").lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}: expected true or false")
    return value in TRUE


def integer(name: str, default: int, *, least: int = 0, most: int | None = None) -> int:
    """Return a whole number between ``least`` and ``most``."""
    value = text(name, str(default))
    try:
        number = int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {value!r}: expected a whole number") from None
    if number < least or (most is not None and number > most):
        upper = "" if most is None else f" and at most {most}"
        raise ImproperlyConfigured(f"{name} is {number}: expected at least {least}{upper}")
    return number


def items(name: str, default: Sequence[str] = ()) -> list[str]:
    """Return a comma-separated list."""
    return [part.strip() for part in text(name, ",".join(default)).split(",") if part.strip()]


def path(name: str, default: Path) -> Path:
    """Return a path; a relative one begins at the default's folder, wherever one stands."""
    return (default.parent / Path(text(name, str(default))).expanduser()).resolve()


def folder(name: str, default: Path) -> Path:
    """Return a folder, made when it is not there."""
    wanted = path(name, default)
    try:
        wanted.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is {str(wanted)!r}: cannot be made ({error.strerror})"
        ) from None
    return wanted


def time_zone(name: str, default: str) -> str:
    """Return the name of a time zone."""
    value = text(name, default)
    try:
        zoneinfo.ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # not there, malformed, a folder
        raise ImproperlyConfigured(
            f"{name} is {value!r}: expected one like Asia/Seoul or UTC"
        ) from None
    return value


def secret(name: str, *, generated: Path | None = None) -> str:
    """Return a secret from ``NAME``, from the file ``NAME_FILE`` names, or from ``generated``.

    ``generated`` is for development: a file that is made once, readable by its owner only.
    """
    value = os.environ.get(name, "").strip() or _from_file(name)
    if not value and generated is not None:
        try:
            value = _generated_once(generated)
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name} is kept in {generated}: cannot be written or read ({error.strerror})"
            ) from None
    if not value:
        raise ImproperlyConfigured(
            f"{name} (or {name}_FILE, the path of a file with it) must be set"
        )
    if len(value) < SECRET_LENGTH:
        raise ImproperlyConfigured(
            f"{name} is too short: expected {SECRET_LENGTH} characters or more"
        )
    return value


def optional_secret(name: str) -> str:
    """Return another system's secret, from ``NAME`` or ``NAME_FILE``; empty when there is none."""
    return os.environ.get(name, "").strip() or _from_file(name)


def _from_file(name: str) -> str:
    """Return the content of the file that ``NAME_FILE`` names, empty when it is not set."""
    file = os.environ.get(f"{name}_FILE", "").strip()
    if not file:
        return ""
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name}_FILE is {file!r}: cannot be read ({error})") from None


def _generated_once(file: Path) -> str:
    """Return a secret kept in ``file``, made on first use; of two processes the first one wins."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, draft = tempfile.mkstemp(dir=file.parent)  # mode 0600
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(random_secrets.token_urlsafe(48))
        try:
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            Path(draft).unlink()
    return file.read_text(encoding="utf-8").strip()
