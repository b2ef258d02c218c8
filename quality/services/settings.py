"""What a cycle goes by: the sample it draws and the thresholds it holds its figures against."""

from __future__ import annotations

from dataclasses import dataclass, field

from quality.core.alerts import Limits
from quality.core.sampling import Plan, Strategy
from registry import selectors

DETAILED_CYCLES = 90
"""Cycles whose items are kept; of older ones the figures stay."""


@dataclass(frozen=True, slots=True)
class CycleSettings:
    """The settings in force when a cycle begins."""

    plan: Plan = field(default_factory=lambda: Plan(500))
    column: str = "PART_TYPE"
    smallest_population: int = 100
    limits: Limits = field(default_factory=Limits)
    trim: float = 0.10


def current(
    *, sample_size: int | None = None, strategy: str | None = None, seed: int | None = None
) -> CycleSettings:
    """Return the settings in force, with what the caller wants otherwise."""
    sections = selectors.iter_training()
    sampling, thresholds = sections.sampling, sections.thresholds
    return CycleSettings(
        plan=Plan(
            size=sampling.sample_size if sample_size is None else sample_size,
            strategy=Strategy(strategy or sampling.strategy),
            seed=sampling.seed if seed is None else seed,
            window_days=sampling.recent_days,
        ),
        column=sampling.stratify_by,
        smallest_population=sampling.least_population,
        limits=Limits(
            mae=thresholds.mae,
            trim_mae=thresholds.trim_mae,
            process_match=thresholds.process_match,
            cv=thresholds.cv,
            samples=thresholds.least_samples,
        ),
        trim=thresholds.trim,
    )
