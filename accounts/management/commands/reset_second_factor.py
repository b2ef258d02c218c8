"""Take the second factor of somebody away, when nobody is left who could do it in the pages."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import SiteCommand
from accounts.models import User
from accounts.services import second_factor


class Command(SiteCommand):
    """Lets somebody sign in with the password alone again; every sign-in of theirs ends."""

    help = "Take the second factor of somebody who has lost the telephone and the recovery codes."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take whose."""
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        """Take it away, or say that there is none."""
        person = User.objects.filter(email=email.strip().lower()).first()
        if person is None or not person.has_second_factor:
            raise CommandError(f"{email} has no second factor.")
        second_factor.take_away(person, by="command line")
        self.stdout.write(f"{person.email} signs in with the password alone now.")
