"""Makes a version answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from accounts.commands import SiteCommand
from registry import figures, selectors
from registry.core.errors import RoutingMLError
from registry.management.person import at_the_keyboard
from registry.services import versions

if TYPE_CHECKING:
    from django.core.management.base import CommandParser


class Command(SiteCommand):
    """Does what the administration's Activate does, without the second look."""

    help = "Check a version's folder and make it answer; running servers follow by themselves."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the version's name."""
        parser.add_argument("name", help="as 'versions' lists it, such as 2026.11.21_1")

    def handle(self, *args: Any, name: str, **options: Any) -> None:
        """Activate it, and say so when a simple baseline does better."""
        try:
            version = selectors.version_named(name)
            activation = versions.activate(version, by=at_the_keyboard())
        except RoutingMLError as error:
            raise CommandError(error.message) from error
        before = f" in place of {activation.previous}" if activation.previous else ""
        self.stdout.write(f"Version {name} answers now{before}.")
        for entry in figures.beaten_by_baseline(version.metrics):
            self.stderr.write(
                f"Note: a simple baseline is better in '{entry.figure.label}': "
                f"{entry.baseline_text} against {entry.text}."
            )
