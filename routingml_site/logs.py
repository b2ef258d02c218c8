"""Structured logs: one JSON object a line, or one readable line at a developer's terminal.

A call is ``log.info("training.run.finished", extra={"version": name})``: the event is constant,
what varies is in ``extra``.  The request, the job and the person come from ``registry.context``.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from registry import context

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {
    "message",
    "asctime",
    "taskName",
    "request",
}
SECRET_WORDS = ("password", "secret", "token", "cookie", "authorization", "signing_key")
HIDDEN = "[hidden]"


def extra_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return what the caller passed as ``extra`` and the context, with secrets hidden."""
    given = {name: value for name, value in vars(record).items() if name not in STANDARD}
    return {name: _safe(name, value) for name, value in (context.current() | given).items()}


def _safe(name: str, value: Any) -> Any:
    """Return the value unless its name says that it is a secret."""
    return HIDDEN if any(word in name.lower() for word in SECRET_WORDS) else value


class JsonFormatter(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return time, level, logger, event, the context and the extra values."""
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
            **extra_of(record),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """Writes a record as one line for a person, its extra values after the event."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s", datefmt="%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line with ``name=value`` pairs at its end."""
        pairs = " ".join(f"{name}={value}" for name, value in extra_of(record).items())
        return f"{super().formatMessage(record)} {pairs}".rstrip()


def logging_settings(*, level: str, style: str) -> dict[str, Any]:
    """Return Django's ``LOGGING``: everything to standard error in the chosen style."""
    formatter = (
        "routingml_site.logs.JsonFormatter"
        if style == "json"
        else ("routingml_site.logs.TextFormatter")
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": formatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": ["stderr"], "level": level, "propagate": False},
            "django.server": {"handlers": [], "level": "ERROR", "propagate": False},
            "django.request": {"level": "ERROR"},  # a 404 is in the access line already
            "waitress.queue": {"level": "ERROR"},  # a browser asking for six files is no news
            "django_q": {"handlers": ["stderr"], "level": level, "propagate": False},
        },
    }
