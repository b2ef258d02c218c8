"""Every operation of the plant with its usual resource and time, for inserting into a routing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from prediction.core.drafts import Step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registry.core.library import RoutingLibrary

    Names = Mapping[str, Sequence[str]]


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
    table = pd.DataFrame(
        {
            name: arrays[f"operation_{name}"][rows]
            for name in ("job", "outsourced", "resource", "partner", "setup", "run")
        }
    )
    for name in ("setup", "run"):
        reported = pd.Series(np.exp(arrays[f"operation_log_{name}"][rows]))
        table[name] = reported.groupby(table["job"]).transform("median").fillna(table[name])
    by_job = table.groupby("job")
    times = by_job[["setup", "run"]].median()
    outsourced = by_job["outsourced"].mean()
    resources = _most_frequent(table, "resource")
    partners = _most_frequent(table[table["outsourced"]], "partner")
    columns = (times.index, outsourced, times["setup"], times["run"])
    found = []
    for job, chance, setup, run in zip(*(column.tolist() for column in columns), strict=True):
        outside = chance >= 0.5
        resource = _named(names, "resource", resources.get(job))
        partner = _named(names, "partner", partners.get(job) if outside else None)
        step = Step(
            job=names["jobs"][job],
            job_name=names["job_names"][job],
            outsourced=outside,
            resource=resource[0],
            resource_name=resource[1],
            partner=partner[0],
            partner_name=partner[1],
            setup_minutes=_minutes(setup),
            run_minutes=_minutes(run),
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


def _most_frequent(table: pd.DataFrame, name: str) -> dict[int, int]:
    known = table[table[name] >= 0]
    counts = known.groupby(["job", name]).size().reset_index(name="n")
    best = counts.sort_values(["n", name], ascending=[False, True]).drop_duplicates("job")
    return dict(zip(best["job"].tolist(), best[name].tolist(), strict=True))


def _named(names: Names, what: str, number: int | None) -> tuple[str, str]:
    """Return code and name of a resource or subcontractor, empty where there is none."""
    if number is None:
        return "", ""
    return names[f"{what}s"][number], names[f"{what}_names"][number]


def _minutes(value: float) -> float | None:
    return round(float(value), 2) if np.isfinite(value) else None
