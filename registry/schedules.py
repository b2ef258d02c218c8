"""Periodic tasks, declared; ``setup_schedules`` makes the queue's rows match."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Periodic:
    """A task that the queue starts by the calendar.

    ``cron`` has the five usual fields; ``function`` is a dotted path; ``long`` sends it to the
    cluster of long jobs.
    """

    name: str
    function: str
    cron: str
    arguments: tuple[str, ...] = ()
    long: bool = False


SCHEDULES: tuple[Periodic, ...] = ()
