"""The settings of iterative training: nine sections, each value declared once.

Type, default, bounds and help stand in the dataclass field; form, API, import and checks derive
from it.  ``registry.services.config.iter_training()`` returns them as they are in force.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from registry.iter_texts import HELP, LABELS, SECTION_HELP, SECTION_LABELS
from registry.setting_types import Choice, Flag, Number, Setting, Text, Whole, Words

WAIT = "wait"
AUTOMATIC = "automatic"
NO_SEARCH = "none"
CANDIDATES = ("baseline", "mlp", "stacking", "boosting")
NOTICES = ("finished", "failed", "better", "rolled_back")
DAY = 24 * 60 * 60


def _is(default: Any, kind: Any) -> Any:
    return field(default=default, metadata={"kind": kind})


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which items a quality cycle looks at."""

    sample_size: int = _is(500, Whole(1, 100_000))
    strategy: str = _is("stratified", Choice(("random", "stratified", "recent_bias")))
    stratify_by: str = _is("PART_TYPE", Text(100))
    seed: int = _is(42, Whole(0, 2**31 - 1))
    recent_days: int = _is(30, Whole(1, 3650))
    least_population: int = _is(100, Whole(1, 1_000_000))


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From where on an answer is no longer good enough."""

    mae: float = _is(5.0, Number(0.0, 10_000.0))
    trim_mae: float = _is(3.5, Number(0.0, 10_000.0))
    process_match: float = _is(0.80, Number(0.0, 1.0))
    cv: float = _is(0.5, Number(0.0, 10.0))
    least_samples: int = _is(3, Whole(1, 1000))
    trim: float = _is(0.10, Number(0.0, 0.4))


@dataclass(frozen=True, slots=True)
class Queue:
    """How requests for a retraining wait."""

    most_waiting: int = _is(3, Whole(1, 100))
    retries: int = _is(2, Whole(0, 10))
    pause_seconds: int = _is(60, Whole(1, DAY))


@dataclass(frozen=True, slots=True)
class Training:
    """How a version is made, and what happens to one that wins."""

    candidates: tuple[str, ...] = _is(CANDIDATES, Words(CANDIDATES, least=1))
    folds: int = _is(5, Whole(2, 20))
    least_improvement: float = _is(0.05, Number(0.0, 0.9))
    activation: str = _is(WAIT, Choice((WAIT, AUTOMATIC)))
    probation_cycles: int = _is(3, Whole(1, 30))
    probation_margin: float = _is(0.10, Number(0.0, 5.0))


@dataclass(frozen=True, slots=True)
class Tuning:
    """Whether the settings of a candidate are searched for."""

    search: str = _is(NO_SEARCH, Choice((NO_SEARCH, "random", "grid")))
    tries: int = _is(20, Whole(1, 1000))
    seconds: int = _is(600, Whole(10, DAY))


@dataclass(frozen=True, slots=True)
class Logging:
    """What is written down about jobs and cycles, and for how long."""

    level: str = _is("INFO", Choice(("DEBUG", "INFO", "WARNING", "ERROR")))
    keep_days: int = _is(30, Whole(1, 3650))


@dataclass(frozen=True, slots=True)
class Reports:
    """What is told, and how much of it is kept."""

    keep: int = _is(30, Whole(1, 1000))
    notify: tuple[str, ...] = _is(NOTICES, Words(NOTICES))


@dataclass(frozen=True, slots=True)
class Calendar:
    """What happens by itself."""

    monthly_training: bool = _is(True, Flag())  # noqa: FBT003 -- the default
    newest_items: int = _is(100_000, Whole(0, 100_000_000))
    daily_cycle: bool = _is(True, Flag())  # noqa: FBT003 -- the default
    cycle_seconds: int = _is(3600, Whole(10, DAY))
    version_days: int = _is(180, Whole(1, 3650))


@dataclass(frozen=True, slots=True)
class Cache:
    """How long answers are kept in memory: the runtime parameters of the same meaning."""

    seconds: int = _is(3600, Whole(0, 7 * DAY))
    entries: int = _is(1000, Whole(0, 1_000_000))


@dataclass(frozen=True, slots=True)
class IterTraining:
    """All nine sections as they are in force."""

    sampling: Sampling = field(default_factory=Sampling)
    thresholds: Thresholds = field(default_factory=Thresholds)
    queue: Queue = field(default_factory=Queue)
    training: Training = field(default_factory=Training)
    tuning: Tuning = field(default_factory=Tuning)
    logging: Logging = field(default_factory=Logging)
    reports: Reports = field(default_factory=Reports)
    schedule: Calendar = field(default_factory=Calendar)
    cache: Cache = field(default_factory=Cache)


SECTIONS: dict[str, type[Any]] = {
    "sampling": Sampling, "thresholds": Thresholds, "queue": Queue, "training": Training,
    "tuning": Tuning, "logging": Logging, "reports": Reports, "schedule": Calendar, "cache": Cache,
}  # fmt: skip
STORED_AS = {
    "cache.seconds": "prediction_cache_seconds",
    "cache.entries": "prediction_cache_size",
}
"""Settings that are runtime parameters under another name: stored once, so that they agree."""


def _declared() -> dict[str, Setting]:
    return {
        (name := f"{section}.{one.name}"): Setting(
            section=section,
            field=one.name,
            stored_as=STORED_AS.get(name, name),
            default=one.default,
            kind=one.metadata["kind"],
            label=LABELS[name],
            help=HELP[name],
        )
        for section, kind in SECTIONS.items()
        for one in fields(kind)
    }


SETTINGS = _declared()
"""Every setting by its dotted name, in the order of the sections."""


def build(values: dict[str, Any]) -> IterTraining:
    """Return the sections of checked values by dotted name; what is missing is at its default."""
    made = {
        section: kind(
            **{
                one.name: values[f"{section}.{one.name}"]
                for one in fields(kind)
                if f"{section}.{one.name}" in values
            }
        )
        for section, kind in SECTIONS.items()
    }
    return IterTraining(**made)


__all__ = ["SECTIONS", "SECTION_HELP", "SECTION_LABELS", "SETTINGS", "IterTraining", "build"]
