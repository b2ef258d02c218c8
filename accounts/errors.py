"""The root of this app's expected failures; it knows nobody, so it cannot use the registry's."""

from __future__ import annotations

from typing import Any


class AccountError(Exception):
    """An expected failure with a message for people and a code for programs."""

    code = "account_error"

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra = extra
