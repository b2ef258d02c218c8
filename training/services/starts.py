"""Asks for trainings: what cannot work is refused before a worker spends hours on it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from registry import selectors
from registry.core.errors import BadInput
from registry.kinds import TRAIN
from registry.services import jobs, versions
from training.core.specs import TrainingSpec

if TYPE_CHECKING:
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
        dry_run: do everything but write and register.
        cycle_id: the quality cycle that led to this, kept with the job.
        only_if_changed: end without a version when the ERP is as it was at an earlier training.

    Raises:
        BadInput: when the name is none of a version, or a sample is asked of an increment.
        VersionExists: when there is a version of that name.
        NoActiveVersion: when there is no version to add to.
    """
    if version_name:
        versions.refuse_name(version_name)
    if strategy == Strategy.INCREMENTAL:
        selectors.require_champion()
        if sample_size is not None:
            raise BadInput(
                "A sample is for a full training: an incremental one adds all new items."
            )
    parameters: dict[str, Any] = {
        "version_name": version_name or None,
        "sample_size": sample_size,
        "strategy": str(Strategy(strategy)),
        "dry_run": dry_run,
        "seed": TrainingSpec().seed,
        "cycle_id": cycle_id or None,
    }
    if only_if_changed:
        parameters["only_if_changed"] = True
    return jobs.enqueue(TRAIN, parameters, by=by)
