"""Puts a backup in place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from accounts.commands import SiteCommand
from registry.core.errors import RoutingMLError
from routingml_site import backups

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(SiteCommand):
    """For an empty site, or with ``--replace`` for one whose server and worker are stopped."""

    help = "Put a backup in place of this site, once it has answered as it did when it was made."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file, and whether a site may be set aside."""
        parser.add_argument("file", type=Path, help="what 'backup' wrote")
        parser.add_argument(
            "--replace", action="store_true", help="set aside the site that is here"
        )

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        """Restore and say what answers now."""
        try:
            told = backups.restore(file, replace=replace)
        except RoutingMLError as error:
            raise CommandError(error.message) from error
        manifest = told.manifest
        self.stdout.write(f"Restored what was backed up on {manifest['made_at']}.")
        if proof := manifest["proof"]:
            self.stdout.write(
                f"Version {manifest['active']} answers as it did: {proof['item']} is made by "
                f"{proof['signature']}."
            )
        if told.before:
            self.stdout.write(f"What was here before is in {told.before}.")
        if "app" not in manifest["databases"]:
            self.stderr.write(
                "Note: the application's database was on a server and is NOT in this file: restore "
                "it with the server's own tools."
            )
        self.stdout.write("Next: setup_schedules, then start the server and the worker.")
