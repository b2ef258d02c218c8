"""What an item's neighbours do, operation by operation.

A neighbourhood is some hundred operations, asked about a dozen times for every answer.  Its columns
are taken out of the library once and sorted by operation; at a dozen entries an operation, plain
lists are several times faster than arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from registry.core.library import RoutingLibrary
from registry.core.times import KINDS

SHARPNESS = 0.05
"""Cosine distance over which a neighbour's say falls to 1/e."""
ITEMS_PER_GROUP = 4
"""Items of one group (of identical vectors) that are asked."""
MOST_OF_PLANT = 200
"""Operations that speak for the whole plant."""
PAUSES = ("queue", "wait", "move")
COLUMNS = (
    "outsourced", "resource", "partner", "currency", "price", *PAUSES,
    *(f"{kind}_count" for kind in KINDS),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Doings:
    """How often and how one operation was done: equally long lists, one entry a time.

    Attributes:
        row: the item's.
        say: how much each counts.
        column: the named columns of the library (``COLUMNS``), and ``run_residual`` and
            ``setup_residual``, log(actual / estimate), NaN without work results.
    """

    row: Sequence[int]
    say: Sequence[float]
    column: Mapping[str, Sequence[Any]]

    def __len__(self) -> int:
        return len(self.row)

    def outsourced_share(self) -> float:
        """Return the share of the say that is done outside."""
        whole = sum(self.say)
        outside = self.column["outsourced"]
        return sum(s for s, out in zip(self.say, outside, strict=True) if out) / (whole or 1.0)

    def where(self, *, outsourced: bool) -> Doings:
        """Return those that are done outside, or inside."""
        kept = [i for i, out in enumerate(self.column["outsourced"]) if out == outsourced]
        if len(kept) == len(self):
            return self
        return Doings(
            [self.row[i] for i in kept],
            [self.say[i] for i in kept],
            {name: [values[i] for i in kept] for name, values in self.column.items()},
        )

    def tally(self, name: str) -> list[tuple[int, float]]:
        """Return each number of a column with its share of the say, the largest first."""
        said: dict[int, float] = {}
        for number, say in zip(self.column[name], self.say, strict=True):
            if number >= 0:
                said[number] = said.get(number, 0.0) + say
        whole = sum(said.values())
        ordered = sorted(said.items(), key=lambda entry: (-entry[1], entry[0]))
        return [(number, share / whole) for number, share in ordered]

    def median(self, name: str) -> float | None:
        """Return the median of a column, None when it is nowhere known."""
        known = sorted(value for value in self.column[name] if value == value)  # NaN differs
        if not known:
            return None
        return float(known[(len(known) - 1) // 2] + known[len(known) // 2]) / 2

    def correction(self, kind: str, pull: float) -> float:
        """Return the mean residual of a kind of time, as if ``pull`` more had none."""
        total, trust = 0.0, pull
        for residual, count, say in zip(
            self.column[f"{kind}_residual"], self.column[f"{kind}_count"], self.say, strict=True
        ):
            if residual == residual:
                weight = say * count / (count + 1.0)
                total, trust = total + weight * residual, trust + weight
        return total / trust


NOTHING = Doings((), (), dict.fromkeys((*COLUMNS, *(f"{k}_residual" for k in KINDS)), ()))


class Neighbourhood:
    """The operations of an item's neighbours.

    Args:
        library: whose operations.
        residual: (2, operations) log(actual / estimate) of run and setup.
        positions: (n,) in the library's operation arrays.
        say: (n,) of each.
    """

    def __init__(
        self,
        library: RoutingLibrary,
        residual: np.ndarray,
        positions: np.ndarray,
        say: np.ndarray,
    ) -> None:
        jobs = library.arrays["operation_job"][positions]
        order = np.argsort(jobs, kind="stable")
        positions = positions[order]
        columns = {name: library.arrays[f"operation_{name}"][positions] for name in COLUMNS}
        columns |= {f"{k}_residual": r[positions] for k, r in zip(KINDS, residual, strict=True)}
        self._all = Doings(
            library.routing_item[library.operation_routing[positions]].tolist(),
            say[order].tolist(),
            {name: values.tolist() for name, values in columns.items()},
        )
        self._jobs = jobs[order].tolist()

    @cached_property
    def _parts(self) -> dict[int, slice]:
        parts: dict[int, slice] = {}
        for place, job in enumerate(self._jobs):
            parts[job] = slice(parts[job].start if job in parts else place, place + 1)
        return parts

    def __len__(self) -> int:
        return len(self._jobs)

    def of(self, job: int) -> Doings:
        """Return how an operation was done here."""
        part = self._parts.get(job)
        if part is None:
            return NOTHING
        return Doings(
            self._all.row[part],
            self._all.say[part],
            {name: values[part] for name, values in self._all.column.items()},
        )


def near_operations(
    library: RoutingLibrary, rows: Sequence[np.ndarray], cosines: np.ndarray, own: int | None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the nearest items' operations and the say of each.

    Args:
        library: the items' routings.
        rows: item rows of each near group.
        cosines: (groups,) nearest first.
        own: the asked item's row, when it must not be asked itself.
    """
    item_start, routing_start = library.arrays["item_start"], library.arrays["routing_start"]
    positions: list[int] = []
    say: list[float] = []
    top = float(cosines[0]) if len(cosines) else 0.0
    weights = np.exp((cosines - top) / SHARPNESS).tolist()
    for members, weight in zip(rows, weights, strict=True):
        chosen = [row for row in members[: ITEMS_PER_GROUP + 1].tolist() if row != own]
        chosen = chosen[:ITEMS_PER_GROUP]
        for row in chosen:
            first, last = int(item_start[row]), int(item_start[row + 1])
            start, end = int(routing_start[first]), int(routing_start[last])
            positions.extend(range(start, end))
            say.extend([weight / (len(chosen) * max(1, last - first))] * (end - start))
    return np.array(positions, dtype=np.int64), np.array(say, dtype=np.float64)
