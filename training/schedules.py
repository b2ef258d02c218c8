"""Periodic tasks of training."""

from __future__ import annotations

from registry.schedules import Periodic

SCHEDULES: tuple[Periodic, ...] = (
    Periodic("monthly_training", "training.tasks.monthly_training", "0 2 1 * *"),
    Periodic("retraining_queue", "training.tasks.work_queue", "* * * * *"),
)
