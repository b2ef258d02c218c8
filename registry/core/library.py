"""Every item's routings and what the shop reported, as compact arrays.

The library is what training learns from and what an answer quotes, so that no answer needs the ERP.
Rows are items, in the order of the item store; each item has routings, each routing operations.
Distinct sequences of operations are kept once.  Times are minutes, run times minutes a piece;
``log_run`` and ``log_setup`` are robust centres of an item's work results for an operation, NaN
where there are none.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from registry.core.state import State
from registry.core.strings import StringTable

if TYPE_CHECKING:
    import pandas as pd

OPERATION_FLOATS = (
    "setup", "run", "queue", "wait", "move", "price", "log_run", "log_setup",
)  # fmt: skip
NAME_LISTS = (
    "jobs",
    "job_names",
    "resources",
    "resource_names",
    "partners",
    "partner_names",
    "currencies",
)
LABELS = {"jobs": "job_names", "resources": "resource_names", "partners": "partner_names"}
"""Which list of names says what the codes of another are called."""


@dataclass(frozen=True)
class Joined:
    """Two libraries as one.

    Attributes:
        library: the whole.
        operations: for each of its operations, where it stood in the two laid end to end.
    """

    library: RoutingLibrary
    operations: np.ndarray


@dataclass(frozen=True)
class RoutingLibrary:
    """Routings of items as arrays.

    Attributes:
        names: ``jobs``, ``job_names``, ``resources``, ``resource_names``, ``partners``,
            ``partner_names``, ``currencies``: what the integer columns mean.
        arrays: ``item_start (items + 1)`` into routings; ``routing_start (routings + 1)`` into
            operations; ``routing_sequence (routings)``; ``sequence_start`` and ``sequence_jobs``:
            the distinct sequences; ``age (items)`` days since 1970 of the earliest routing (NaN
            when unknown); ``operation_*``: job, proc_seq, outsourced, resource, partner, currency,
            run_count, setup_count and the floats above.
        routing_numbers: ``ROUT_NO`` of each routing.
    """

    names: Mapping[str, Sequence[str]]
    arrays: Mapping[str, np.ndarray]
    routing_numbers: StringTable

    def __len__(self) -> int:
        return len(self.arrays["item_start"]) - 1

    @classmethod
    def build(
        cls, item_count: int, operations: pd.DataFrame, names: Mapping[str, Sequence[str]]
    ) -> RoutingLibrary:
        """Pack operations.

        Args:
            item_count: number of items in the store.
            operations: one row an operation, with integer ``item`` (row), ``ROUT_NO``,
            ``proc_seq``,
                integer ``job``, ``resource``, ``partner``, ``currency`` (-1 is none),
                ``outsourced``, ``age``, ``run_count``, ``setup_count`` and the floats of
                ``OPERATION_FLOATS``.
            names: what the integers mean.
        """
        table = operations.sort_values(["item", "ROUT_NO", "proc_seq"], kind="stable")
        item = table["item"].to_numpy()
        number = table["ROUT_NO"].factorize()[0]
        first = np.ones(len(table), dtype=bool)
        first[1:] = (item[1:] != item[:-1]) | (number[1:] != number[:-1])
        routing_start = np.append(np.flatnonzero(first), len(table)).astype(np.int32)
        jobs = table["job"].to_numpy().astype(np.int16)
        sequence, sequence_start, sequence_jobs = _distinct(jobs, routing_start)
        age = np.full(item_count, np.nan, dtype=np.float32)
        ages = table["age"].groupby(table["item"]).min()
        age[ages.index.to_numpy()] = ages.to_numpy()
        arrays = {
            "item_start": np.searchsorted(item[first], np.arange(item_count + 1)).astype(np.int32),
            "routing_start": routing_start,
            "routing_sequence": sequence,
            "sequence_start": sequence_start,
            "sequence_jobs": sequence_jobs,
            "age": age,
            "operation_job": jobs,
            "operation_proc_seq": table["proc_seq"].to_numpy().astype(np.int32),
            "operation_outsourced": table["outsourced"].to_numpy().astype(bool),
        }
        for name in ("resource", "partner", "currency", "run_count", "setup_count"):
            arrays[f"operation_{name}"] = table[name].to_numpy().astype(np.int32)
        for name in OPERATION_FLOATS:
            arrays[f"operation_{name}"] = table[name].to_numpy().astype(np.float32)
        numbers = StringTable.of(table["ROUT_NO"].to_numpy()[first].astype(str).tolist())
        return cls({name: tuple(names[name]) for name in NAME_LISTS}, arrays, numbers)

    @property
    def routed(self) -> np.ndarray:
        """Rows of items that have a routing."""
        return np.flatnonzero(np.diff(self.arrays["item_start"]) > 0)

    @property
    def sequence_count(self) -> int:
        """Number of distinct sequences."""
        return len(self.arrays["sequence_start"]) - 1

    @cached_property
    def routing_item(self) -> np.ndarray:
        """The item row of each routing."""
        counts = np.diff(self.arrays["item_start"])
        return np.repeat(np.arange(len(self), dtype=np.int32), counts)

    @cached_property
    def operation_routing(self) -> np.ndarray:
        """The routing of each operation."""
        counts = np.diff(self.arrays["routing_start"])
        return np.repeat(np.arange(len(counts), dtype=np.int32), counts)

    def items_of(self, operations: np.ndarray) -> np.ndarray:
        """Return the item row (n,) of each of some operations."""
        # Asked for in another type, all of an array would be converted before it is searched.
        routings, items = self.arrays["routing_start"], self.arrays["item_start"]
        routing = np.searchsorted(routings, operations.astype(routings.dtype), side="right") - 1
        return np.searchsorted(items, routing.astype(items.dtype), side="right") - 1

    def routings_of(self, row: int) -> range:
        """Return the routings of an item."""
        start = self.arrays["item_start"]
        return range(int(start[row]), int(start[row + 1]))

    def operations_of(self, routing: int) -> range:
        """Return the operations of a routing, in order."""
        start = self.arrays["routing_start"]
        return range(int(start[routing]), int(start[routing + 1]))

    def jobs_of_sequence(self, sequence: int) -> tuple[int, ...]:
        """Return the job numbers of a distinct sequence."""
        start = self.arrays["sequence_start"]
        return tuple(self.arrays["sequence_jobs"][start[sequence] : start[sequence + 1]].tolist())

    def job_codes(self, jobs: Sequence[int]) -> tuple[str, ...]:
        """Return the operation codes of job numbers."""
        return tuple(self.names["jobs"][job] for job in jobs)

    def sequences_of(self, row: int) -> list[int]:
        """Return the distinct sequences of an item's routings, in order."""
        routings = self.routings_of(row)
        found = self.arrays["routing_sequence"][routings.start : routings.stop].tolist()
        return list(dict.fromkeys(found))

    def take(self, rows: np.ndarray) -> RoutingLibrary:
        """Return the library of the items at the given rows (increasing), renumbered."""
        kept_items = np.zeros(len(self), dtype=bool)
        kept_items[rows] = True
        kept_routings = kept_items[self.routing_item]
        kept_operations = kept_routings[self.operation_routing]
        counts = np.diff(self.arrays["item_start"])[rows]
        lengths = np.diff(self.arrays["routing_start"])[kept_routings]
        arrays = {
            name: array[kept_operations]
            for name, array in self.arrays.items()
            if name.startswith("operation_")
        }
        routing_start = _starts(lengths)
        sequence, sequence_start, sequence_jobs = _distinct(arrays["operation_job"], routing_start)
        arrays |= {
            "item_start": _starts(counts),
            "routing_start": routing_start,
            "routing_sequence": sequence,
            "sequence_start": sequence_start,
            "sequence_jobs": sequence_jobs,
            "age": self.arrays["age"][rows],
        }
        return RoutingLibrary(
            self.names, arrays, self.routing_numbers.take(np.flatnonzero(kept_routings))
        )

    def joined(self, other: RoutingLibrary, rows: np.ndarray) -> Joined:
        """Return this library with the items of another; sequences keep their numbers.

        Args:
            other: routings whose operation codes are all known here, in any spelling of case.
            rows: the row that each of its items takes: of an item without a routing here, or the
                next after the last.
        """
        item = np.concatenate([self.routing_item, rows[other.routing_item]])
        order = np.argsort(item, kind="stable")
        lengths = np.concatenate([np.diff(part.arrays["routing_start"]) for part in (self, other)])
        start = _starts(lengths[order])
        moved = (np.cumsum(lengths) - lengths)[order] - start[:-1]
        operations = np.arange(start[-1]) + np.repeat(moved, lengths[order])
        names, numbers = _one_numbering(self, other)
        size = max(len(self), int(rows.max(initial=-1)) + 1)
        numbered, known = _one_book(self, other, numbers["job"])
        texts = [*self.routing_numbers, *other.routing_numbers]
        arrays = {
            name: np.concatenate([self.arrays[name], added])[operations]
            for name, added in _renumbered(other, numbers).items()
        }
        arrays |= {
            "item_start": np.searchsorted(item[order], np.arange(size + 1)).astype(np.int32),
            "routing_start": start,
            "routing_sequence": np.concatenate([self.arrays["routing_sequence"], numbered])[order],
            "sequence_start": _starts(np.array([len(jobs) for jobs in known])),
            "sequence_jobs": np.array(list(itertools.chain(*known)), dtype=np.int16),
            "age": _placed(self.arrays["age"], other.arrays["age"], rows, size),
        }
        routing_numbers = StringTable.of([texts[routing] for routing in order.tolist()])
        return Joined(RoutingLibrary(names, arrays, routing_numbers), operations)

    def to_state(self) -> State:
        """Return names and arrays."""
        packed = {
            "numbers.data": self.routing_numbers.data,
            "numbers.offsets": self.routing_numbers.offsets,
        }
        names = {name: list(values) for name, values in self.names.items()}
        return State(meta=names, arrays={**self.arrays, **packed})

    @classmethod
    def from_state(cls, state: State) -> RoutingLibrary:
        """Rebuild from ``to_state`` without reading the arrays."""
        arrays = dict(state.arrays)
        numbers = StringTable(arrays.pop("numbers.data"), arrays.pop("numbers.offsets"))
        return cls({name: tuple(state.meta[name]) for name in NAME_LISTS}, arrays, numbers)


def code_of_job(code: str) -> str:
    """Return an operation code as it is compared: case and blanks around it say nothing."""
    return code.strip().upper()


def _one_numbering(
    mine: RoutingLibrary, other: RoutingLibrary
) -> tuple[dict[str, tuple[str, ...]], dict[str, np.ndarray]]:
    """Return names for both, and for each kind of code what the other's numbers become.

    Raises:
        ValueError: when the other has operations that are not known here.
    """
    names = {name: list(values) for name, values in mine.names.items()}
    numbers: dict[str, np.ndarray] = {}
    for plural, kind in (
        ("jobs", "job"), ("resources", "resource"), ("partners", "partner"),
        ("currencies", "currency"),
    ):  # fmt: skip
        spelled = code_of_job if kind == "job" else str
        known = {spelled(code): number for number, code in enumerate(names[plural])}
        table = np.full(len(other.names[plural]) + 1, -1, dtype=np.int64)  # the last is "none"
        used = np.unique(other.arrays[f"operation_{kind}"])
        for number in used[used >= 0].tolist():
            code = other.names[plural][number]
            if spelled(code) not in known:
                if kind == "job":
                    raise ValueError(f"operation {code} is not known here")
                known[code] = len(names[plural])
                names[plural].append(code)
                if plural in LABELS:
                    names[LABELS[plural]].append(other.names[LABELS[plural]][number])
            table[number] = known[spelled(code)]
        numbers[kind] = table
    return {name: tuple(values) for name, values in names.items()}, numbers


def _renumbered(other: RoutingLibrary, numbers: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return the arrays of a library's operations with its numbers changed."""
    arrays = {}
    for name, array in other.arrays.items():
        what, _, kind = name.partition("_")
        if what == "operation":
            arrays[name] = numbers[kind][array].astype(array.dtype) if kind in numbers else array
    return arrays


def _one_book(
    mine: RoutingLibrary, other: RoutingLibrary, job: np.ndarray
) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """Return the other's routings as sequences of one book, and the sequences of that book."""
    known = {mine.jobs_of_sequence(s): s for s in range(mine.sequence_count)}
    table = [
        known.setdefault(tuple(job[list(other.jobs_of_sequence(s))].tolist()), len(known))
        for s in range(other.sequence_count)
    ]
    numbered = np.array(table, dtype=np.int32)[other.arrays["routing_sequence"]]
    return numbered, list(known)


def _placed(old: np.ndarray, new: np.ndarray, rows: np.ndarray, size: int) -> np.ndarray:
    """Return the old values followed by room, with the new ones at their rows."""
    values = np.full(size, np.nan, dtype=old.dtype)
    values[: len(old)] = old
    values[rows] = new
    return values


def _starts(lengths: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)


def _distinct(jobs: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number the distinct stretches of ``jobs`` by first appearance."""
    packed = jobs.astype("<i2").tobytes()
    seen: dict[bytes, int] = {}
    ends = (start.astype(np.int64) * 2).tolist()
    numbers = [seen.setdefault(packed[a:b], len(seen)) for a, b in itertools.pairwise(ends)]
    stretches = list(seen)
    flat = np.frombuffer(b"".join(stretches), dtype="<i2").astype(np.int16)
    lengths = np.array([len(stretch) // 2 for stretch in stretches], dtype=np.int64)
    return np.array(numbers, dtype=np.int32), _starts(lengths), flat
