"""Every operation of the plant with its usual resource and time, for inserting into a routing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from prediction.core.drafts import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registry.core.library import RoutingLibrary

LOOKED_AT = 4_000
GOLDEN = 0.6180339887498949
"""Multiples of it spread evenly between 0 and 1."""


@dataclass(frozen=True, slots=True)
class Usual:
    """An operation as the plant usually does it; ``uses`` is in how many routings it stands."""

    step: Step
    uses: int


def usual_operations(library: RoutingLibrary) -> tuple[Usual, ...]:
    """Return every operation, the most used first.

    Times are medians: of what the shop reported where it reported anything, else of the standards.
    Resource and subcontractor are the most frequent ones.  Of an operation that stands in very many
    routings, an even sample is looked at.
    """
    arrays, names = library.arrays, library.names
    counts = np.bincount(arrays["operation_job"], minlength=len(names["jobs"]))
    rows = _sample(arrays["operation_job"], counts)
    rows = rows[np.argsort(arrays["operation_job"][rows], kind="stable")]
    jobs, starts = np.unique(arrays["operation_job"][rows], return_index=True)
    found = []
    for job, of_job in zip(jobs.tolist(), np.split(rows, starts[1:]), strict=True):
        outsourced = arrays["operation_outsourced"][of_job]
        outside = bool(outsourced.mean() >= 0.5)
        resource = _most_frequent(arrays["operation_resource"][of_job])
        partner = _most_frequent(arrays["operation_partner"][of_job[outsourced]])
        step = Step(
            job=names["jobs"][job],
            job_name=names["job_names"][job],
            outsourced=outside,
            resource=_named(names["resources"], resource),
            resource_name=_named(names["resource_names"], resource),
            partner=_named(names["partners"], partner if outside else None),
            partner_name=_named(names["partner_names"], partner if outside else None),
            setup_minutes=_minutes(arrays, "setup", of_job),
            run_minutes=_minutes(arrays, "run", of_job),
        )
        found.append(Usual(step, int(counts[job])))
    return tuple(sorted(found, key=lambda usual: (-usual.uses, usual.step.job)))


def find(operations: Sequence[Usual], typed: str, limit: int = 50) -> list[Usual]:
    """Return the operations whose code or name holds what was typed, the most used first."""
    wanted = typed.strip().casefold()
    found = (
        usual
        for usual in operations
        if wanted in usual.step.job.casefold() or wanted in usual.step.job_name.casefold()
    )
    return [usual for usual, _ in zip(found, range(limit), strict=False)]


def _sample(jobs: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Return rows: all of a rare operation, about ``LOOKED_AT`` of a frequent one, evenly."""
    share = np.minimum(LOOKED_AT / np.maximum(counts, 1), 1.0)
    spread = np.arange(len(jobs)) * GOLDEN % 1.0
    return np.flatnonzero(spread < share[jobs])


def _most_frequent(numbers: np.ndarray) -> int | None:
    """Return the number that comes most often, of several the smallest, None of none."""
    known = numbers[numbers >= 0]
    return int(np.bincount(known).argmax()) if len(known) else None


def _named(names: Sequence[str], number: int | None) -> str:
    """Return the code or name of a resource or subcontractor, empty where there is none."""
    return "" if number is None else names[number]


def _minutes(arrays: Mapping[str, np.ndarray], name: str, rows: np.ndarray) -> float | None:
    """Return the median of what the shop reported, else of the standards; None where none is."""
    for times in (np.exp(arrays[f"operation_log_{name}"][rows]), arrays[f"operation_{name}"][rows]):
        known = times[~np.isnan(times)]
        if len(known):
            return round(float(np.median(known.astype(float)).astype(times.dtype)), 2)
    return None
