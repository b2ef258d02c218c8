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


SCHEDULES: tuple[Periodic, ...] = (
    Periodic("reap_jobs", "registry.tasks.reap_jobs", "* * * * *"),
    Periodic("prune_jobs", "registry.tasks.prune_jobs", "30 3 * * *"),
    Periodic("prune_versions", "registry.tasks.prune_versions", "40 3 * * *"),
    Periodic("heartbeat", "registry.tasks.heartbeat", "* * * * *"),
)
"""The worker finds lost jobs every few seconds; the first of these is for several machines.

Readiness tells by the row of ``heartbeat`` whether a worker runs at all: see ``health.worker``.
"""
