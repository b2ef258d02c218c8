"""Periodic tasks of the house itself."""

from __future__ import annotations

from django.core.management import call_command

from accounts import limits
from registry.schedules import Periodic

SCHEDULES = (
    Periodic(name="tidy", function="routingml_site.schedules.tidy", cron="17 3 * * *"),
)  # fmt: skip


def tidy() -> int:
    """Delete sessions and counters that are over; return how many counters."""
    call_command("clearsessions")
    return limits.forget_old()
