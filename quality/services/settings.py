"""What a cycle goes by: the sample it draws and the thresholds it holds its figures against."""

from __future__ import annotations

from dataclasses import dataclass, field

from quality.core.alerts import Limits
from quality.core.sampling import Plan, Strategy

SECONDS = 3600
"""A running cycle older than this has gone."""
REPORTS_KEPT = 30
DETAILED_CYCLES = 90
"""Cycles whose items are kept; of older ones the figures stay."""


@dataclass(frozen=True, slots=True)
class CycleSettings:
    """The settings in force when a cycle begins."""

    plan: Plan = field(default_factory=lambda: Plan(500))
    column: str = "PART_TYPE"
    smallest_population: int = 100
    limits: Limits = field(default_factory=lambda: Limits())
    trim: float = 0.10


def current(
    *, sample_size: int | None = None, strategy: str | None = None, seed: int | None = None
) -> CycleSettings:
    """Return the settings in force, with what the caller wants otherwise."""
    usual = CycleSettings()
    plan = Plan(
        size=usual.plan.size if sample_size is None else sample_size,
        strategy=Strategy(strategy or usual.plan.strategy),
        seed=usual.plan.seed if seed is None else seed,
        window_days=usual.plan.window_days,
    )
    return CycleSettings(plan, usual.column, usual.smallest_population, usual.limits, usual.trim)
