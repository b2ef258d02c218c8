"""The routings an item has in the ERP, for showing beside a proposal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from registry.core.library import RoutingLibrary


@dataclass(frozen=True, slots=True)
class KnownOperation:
    """An operation as the ERP has it, with what the shop reported (None without reports)."""

    sequence: int
    job: str
    job_name: str
    outsourced: bool
    resource: str | None
    setup_minutes: float | None
    run_minutes: float | None
    actual_setup_minutes: float | None
    actual_run_minutes: float | None
    sample_count: int


@dataclass(frozen=True, slots=True)
class KnownRouting:
    """A routing that an item has in the ERP."""

    number: str
    operations: tuple[KnownOperation, ...]


def known_operation(library: RoutingLibrary, position: int) -> KnownOperation:
    """Return one operation of the library."""
    arrays, names = library.arrays, library.names
    job = int(arrays["operation_job"][position])
    resource = int(arrays["operation_resource"][position])
    return KnownOperation(
        sequence=int(arrays["operation_proc_seq"][position]),
        job=names["jobs"][job],
        job_name=names["job_names"][job],
        outsourced=bool(arrays["operation_outsourced"][position]),
        resource=names["resources"][resource] if resource >= 0 else None,
        setup_minutes=_known(arrays["operation_setup"][position]),
        run_minutes=_known(arrays["operation_run"][position]),
        actual_setup_minutes=_known(np.exp(arrays["operation_log_setup"][position])),
        actual_run_minutes=_known(np.exp(arrays["operation_log_run"][position])),
        sample_count=int(arrays["operation_run_count"][position]),
    )


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def known_routings(library: RoutingLibrary, row: int) -> list[KnownRouting]:
    """Return the routings of an item."""
    return [
        KnownRouting(
            library.routing_numbers[routing],
            tuple(known_operation(library, place) for place in library.operations_of(routing)),
        )
        for routing in library.routings_of(row)
    ]
