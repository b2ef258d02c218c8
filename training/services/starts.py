"""Asks for trainings: what cannot work is refused before a worker spends hours on it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from registry import selectors
from registry.core.errors import BadInput
from registry.kinds import TRAIN
from registry.services import jobs, versions
from training.core.specs import TrainingSpec, check_names

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.models import Job


class Strategy(StrEnum):
    """How a version comes about."""

    FULL = "full"
    """Everything is learned anew."""
    INCREMENTAL = "incremental"
    """Items that came since are added to the active version."""


def start(
    *,
    by: jobs.Actor,
    version_name: str | None = None,
    sample_size: int | None = None,
    strategy: str = Strategy.FULL,
    candidates: Sequence[str] | None = None,
    dry_run: bool = False,
    cycle_id: str | None = None,
    only_if_changed: bool = False,
) -> Job:
    """Queue a training and return its job.

    Args:
        by: who asks.
        version_name: the next free one of the day when None.
        sample_size: learn from the newest so many routed items only.
        strategy: one of ``Strategy``.
        candidates: ways to learn times that compete; those of the settings when None.
        dry_run: do everything but write and register.
        cycle_id: the quality cycle that led to this, kept with the job.
        only_if_changed: end without a version when the ERP is as it was at an earlier training.

    Raises:
        BadInput: when the name is none of a version, a candidate is unknown, or a sample or
            candidates are asked of an increment.
        VersionExists: when there is a version of that name.
        NoActiveVersion: when there is no version to add to.
    """
    if version_name:
        versions.refuse_name(version_name)
    if strategy == Strategy.INCREMENTAL:
        _refuse_with_an_increment(sample_size, candidates)
        selectors.require_champion()
        candidates = ()
    parameters: dict[str, Any] = {
        "version_name": version_name or None,
        "sample_size": sample_size,
        "strategy": str(Strategy(strategy)),
        "candidates": list(competing(candidates)),
        "dry_run": dry_run,
        "seed": TrainingSpec().seed,
        "cycle_id": cycle_id or None,
    }
    if only_if_changed:
        parameters["only_if_changed"] = True
    return jobs.enqueue(TRAIN, parameters, by=by)


def competing(candidates: Sequence[str] | None) -> tuple[str, ...]:
    """Return the ways to learn times that compete: those named, else those of the settings.

    Raises:
        BadInput: when one is unknown.
    """
    return competing_by_default() if candidates is None else check_names(candidates)


def competing_by_default() -> tuple[str, ...]:
    """Return the ways to learn times that compete where nobody says which."""
    return selectors.iter_training().training.candidates


def _refuse_with_an_increment(sample_size: int | None, candidates: Sequence[str] | None) -> None:
    """Refuse what only a full training can do.

    Raises:
        BadInput: when some of it is asked for.
    """
    if sample_size is not None:
        raise BadInput("A sample is for a full training: an incremental one adds all new items.")
    if candidates:
        raise BadInput("Candidates are for a full training: an incremental one learns nothing.")
