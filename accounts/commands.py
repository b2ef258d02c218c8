"""What the commands of every app share."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable

from django.core.checks import Tags
from django.core.management.base import BaseCommand

LARGEST_SEED = 2**31 - 1
"""What every library that draws at random takes."""


class SiteCommand(BaseCommand):
    """A command that checks what the site is run with, but not every page, which takes seconds.

    ``manage.py check`` checks all, and so do those that start servers.
    """

    requires_system_checks = (Tags.files, Tags.security)


def whole(least: int, most: int | None = None) -> Callable[[str], int]:
    """Return what reads an option that is a whole number within limits."""
    limits = f"from {least:,}" if most is None else f"from {least:,} to {most:,}"

    def read(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if number < least or (most is not None and number > most):
            raise ArgumentTypeError(f"{text!r} is no whole number {limits}")
        return number

    return read
