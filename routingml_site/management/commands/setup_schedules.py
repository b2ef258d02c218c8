"""Make the queue's schedule rows match what the apps declare."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.db import transaction
from django_q.models import Schedule

from accounts.commands import SiteCommand
from registry.schedules import Periodic
from routingml_site.cluster import LONG_JOBS

APPS = ("registry", "training", "prediction", "quality", "routingml_site")
PREFIX = "routingml."
"""Rows under this prefix are ours; schedules that somebody made by hand are left alone."""


class Command(SiteCommand):
    """Adds, updates and removes our schedule rows; safe to repeat."""

    help = "Make the schedule rows match the configuration; safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Apply what is declared and say what there is."""
        count, removed = apply(declared())
        self.stdout.write(f"{count} schedules set up, {removed} removed")


def declared() -> list[Periodic]:
    """Return the periodic tasks of every app."""
    modules = [import_module(f"{app}.schedules") for app in APPS if find_spec(f"{app}.schedules")]
    return [periodic for module in modules for periodic in module.SCHEDULES]


@transaction.atomic
def apply(periodics: list[Periodic]) -> tuple[int, int]:
    """Write the rows; return how many there are and how many were removed."""
    names = [PREFIX + periodic.name for periodic in periodics]
    old = Schedule.objects.filter(name__startswith=PREFIX).exclude(name__in=names)
    removed, _by_model = old.delete()
    for name, periodic in zip(names, periodics, strict=True):
        Schedule.objects.update_or_create(
            name=name,
            defaults={
                "func": periodic.function,
                "args": repr(periodic.arguments) if periodic.arguments else None,
                "schedule_type": Schedule.CRON,
                "cron": periodic.cron,
                "cluster": LONG_JOBS if periodic.long else None,
                "repeats": -1,
            },
        )
    return len(names), removed
