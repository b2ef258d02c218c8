"""Verify the audit log."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts import audit
from accounts.commands import SiteCommand


class Command(SiteCommand):
    """Reads the whole chain; fails when an entry was changed, taken out or put in."""

    help = "Verify that no entry of the audit log was changed, removed or inserted."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take an end of the chain that was kept elsewhere."""
        parser.add_argument(
            "--kept",
            metavar="NUMBER:HASH",
            help="an end that an earlier run printed and that was kept elsewhere",
        )

    def handle(self, *args: Any, kept: str | None, **options: Any) -> None:
        """Say what is wrong, or where the chain ends now."""
        wrong = list(audit.verify())
        if kept:
            number, _colon, expected = kept.partition(":")
            if not number.isdigit() or not expected:
                raise CommandError(f"--kept is {kept!r}: expected NUMBER:HASH")
            if audit.hash_at(int(number)) != expected:
                wrong.append(f"entry {number} is not the one that was kept")
        if wrong:
            raise CommandError("The audit log was tampered with:\n  " + "\n  ".join(wrong[:50]))
        entries, newest = audit.head()
        end = f"{entries}:{newest}"
        self.stdout.write(f"{entries} entries, none changed. Keep this elsewhere: {end}")
