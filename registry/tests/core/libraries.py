"""Routing libraries of a few items, written as strings: ``"ABC"`` has three operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from registry.core.library import NAME_LISTS, OPERATION_FLOATS, RoutingLibrary


def operations(
    items: Sequence[Sequence[str]], ages: Sequence[float] | None, jobs: Sequence[str]
) -> pd.DataFrame:
    """Return one row an operation, without times, resources and partners."""
    rows: list[dict[str, Any]] = [
        {
            "item": item,
            "ROUT_NO": f"R{number}",
            "proc_seq": 10 * step,
            "job": jobs.index(job),
            "age": np.nan if ages is None else ages[item],
        }
        for item, routings in enumerate(items)
        for number, routing in enumerate(routings)
        for step, job in enumerate(routing, 1)
    ]
    nothing: dict[str, Any] = dict.fromkeys(OPERATION_FLOATS, np.nan)
    nothing |= dict.fromkeys(("resource", "partner", "currency"), -1)
    nothing |= {"outsourced": False, "run_count": 0, "setup_count": 0}
    frame = pd.DataFrame(rows, columns=["item", "ROUT_NO", "proc_seq", "job", "age"])
    return frame.assign(**nothing)


def library(
    items: Sequence[Sequence[str]], *, ages: Sequence[float] | None = None, **columns: Any
) -> RoutingLibrary:
    """Pack each item's routings; ``columns`` are put in the place of the operations' own."""
    jobs = sorted({job for routings in items for routing in routings for job in routing})
    names: dict[str, Sequence[str]] = dict.fromkeys(NAME_LISTS, ())
    names |= {"jobs": jobs, "job_names": [f"JOB {job}" for job in jobs]}
    names |= {kind: ["X", "Y", "Z"] for kind in NAME_LISTS[2:]}
    return RoutingLibrary.build(len(items), operations(items, ages, jobs).assign(**columns), names)


def spelled(packed: RoutingLibrary, row: int) -> list[str]:
    """Return an item's routings as they were written."""
    return [
        "".join(
            packed.job_codes(packed.arrays["operation_job"][list(packed.operations_of(r))].tolist())
        )
        for r in packed.routings_of(row)
    ]
