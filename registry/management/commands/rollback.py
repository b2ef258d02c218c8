"""Goes back to the version that was active before."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from accounts.commands import SiteCommand
from registry.core.errors import RoutingMLError
from registry.management.person import at_the_keyboard
from registry.services import versions


class Command(SiteCommand):
    """Does what the administration's Roll back does, without the second look."""

    help = "Make the version answer again that was active before; repeat to go further back."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go back one activation."""
        try:
            activation = versions.roll_back(by=at_the_keyboard())
        except RoutingMLError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"Version {activation.version} answers again, {activation.previous} not.")
