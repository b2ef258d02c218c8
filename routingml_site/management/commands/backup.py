"""Writes the site into one file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.db import connection

from accounts.commands import SiteCommand
from registry.core.errors import RoutingMLError
from routingml_site import backups

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(SiteCommand):
    """May run at any time, also while people work."""

    help = "Write databases, the versions that may answer and the site's files into one file."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path, help="a new file, such as /backup/2026-11-21.zip")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Write it and say what it holds and what it does not."""
        try:
            told = backups.back_up(file)
        except RoutingMLError as error:
            raise CommandError(error.message) from error
        versions = ", ".join(told.manifest["versions"]) or "none"
        size = file.stat().st_size / 2**20
        self.stdout.write(f"{file}: {size:,.0f} MiB, versions: {versions}.")
        self.stdout.write(
            "It can be read by its owner only; keys that are not made by this site (.env) are not "
            "in it."
        )
        if connection.vendor != "sqlite":
            self.stderr.write(
                f"Note: the application's database is on a server ({connection.display_name}) and "
                "NOT in this file: back it up with the server's own tools, before this."
            )
