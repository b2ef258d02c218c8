"""Periodic tasks of quality."""

from __future__ import annotations

from registry.schedules import Periodic

SCHEDULES: tuple[Periodic, ...] = (
    Periodic("quality_cycle", "quality.tasks.daily_cycle", "0 2 * * *"),
    Periodic("check_drift", "quality.tasks.check_drift", "*/10 * * * *"),
    Periodic("prune_drift", "quality.tasks.prune_drift", "50 3 * * *"),
)
