"""What the commands of every app share."""

from __future__ import annotations

from django.core.checks import Tags
from django.core.management.base import BaseCommand


class SiteCommand(BaseCommand):
    """A command that checks what the site is run with, but not every page, which takes seconds.

    ``manage.py check`` checks all, and so do those that start servers.
    """

    requires_system_checks = (Tags.files, Tags.security)
