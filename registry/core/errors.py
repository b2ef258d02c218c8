"""The root of every expected failure.

A ``RoutingMLError`` is something a person can act on: it says what is wrong, where, and what to do.
It carries a stable ``code`` for programs and ``extra`` for details; commands print it without a
stack trace and the API turns it into its error envelope.  Specific errors are defined beside the
code that raises them.
"""

from __future__ import annotations

from typing import Any


class RoutingMLError(Exception):
    """An expected failure with a message for people and a code for programs."""

    code = "error"

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra


class BadInput(RoutingMLError):
    """The caller gave something that cannot be used; the message says what and where."""

    code = "bad_input"


class NotEnoughData(RoutingMLError):
    """There is too little to learn from; the message says what is missing."""

    code = "not_enough_data"
