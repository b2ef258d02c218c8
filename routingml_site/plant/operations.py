"""The plant's operations: what they are called, where they run, and how long they really take."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from routingml_site.plant import declared
from routingml_site.plant.streams import Ints

NEVER = float("inf")


@dataclass(frozen=True, slots=True)
class Job:
    """An operation.

    Real minutes are ``setup`` an order and ``run`` a piece at 100 mm, growing with the size to the
    power ``growth`` and with the material's effort to the power ``hardness``.  ``wrong`` is the
    planners' standard over what is true.  Parts of ``outside`` millimetres or more are
    subcontracted.  ``substitute`` is another operation that does as well.
    """

    code: str
    name: str
    machine: str
    machines: int
    setup: float
    run: float
    growth: float
    hardness: float
    wrong: float
    outside: float
    forgettable: bool
    substitute: str


def _job(row: dict[str, str]) -> Job:
    return Job(
        code=row["code"],
        name=row["name"],
        machine=row["machine"],
        machines=int(row["machines"]),
        setup=float(row["setup"]),
        run=float(row["run"]),
        growth=float(row["growth"]),
        hardness=float(row["hardness"]),
        wrong=float(row["wrong"]),
        outside=float(row["outside"] or NEVER),
        forgettable=row["forgettable"] == "yes",
        substitute=row["substitute"],
    )


JOBS: tuple[Job, ...] = tuple(_job(row) for row in declared.rows("operations"))
CODES: dict[str, int] = {job.code: number for number, job in enumerate(JOBS)}
JOB_CODES = [job.code for job in JOBS]
JOB_NAMES = [job.name for job in JOBS]
SUBSTITUTE: Ints = np.array([CODES[job.substitute] if job.substitute else -1 for job in JOBS])
"""The number of the operation that does as well, -1 when there is none."""
