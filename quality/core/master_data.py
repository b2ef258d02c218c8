"""What is wrong with the items, units, sizes and standard times that a plant keeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from registry.core.cleaning import AttributeKind, CleanItems, clean_items
from registry.core.model import RoutingModel

SHOWN_STANDARDS = 30
SHOWN_FAULTS = 20
"""Items of each kind of fault that are named; all are counted."""
FEWEST_REPORTS = 5
DISAGREES = 0.4
"""Logarithm of actual over standard (half as long again) from which a standard is worth a look."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with an item: the item that is the same, or the values that cannot be."""

    row: int
    twin: int | None = None
    values: tuple[str, ...] = ()

    def told(self, clean: CleanItems) -> str:
        """Return what to look at."""
        return ", ".join(self.values) if self.twin is None else str(clean.codes[self.twin])


def standards_that_disagree(model: RoutingModel) -> list[dict[str, Any]]:
    """Return the standard times that are farthest from what the shop reports, worst first."""
    library = model.base.library
    arrays = library.arrays
    standard = arrays["operation_run"].astype(float)
    known = (arrays["operation_run_count"] >= FEWEST_REPORTS) & (standard > 0)
    known &= np.isfinite(arrays["operation_log_run"])
    places = np.flatnonzero(known)
    gap = arrays["operation_log_run"][places].astype(float) - np.log(standard[places])
    far = np.abs(gap) >= DISAGREES
    places, gap = places[far], gap[far]
    weight = np.abs(gap) * np.sqrt(arrays["operation_run_count"][places])
    worst = np.argsort(-weight, kind="stable")[:SHOWN_STANDARDS].tolist()
    routing = np.searchsorted(arrays["routing_start"], places, side="right") - 1
    item = np.searchsorted(arrays["item_start"], routing, side="right") - 1
    return [
        {
            "item": model.item_codes[int(item[n])],
            "job": library.names["jobs"][int(arrays["operation_job"][places[n]])],
            "name": library.names["job_names"][int(arrays["operation_job"][places[n]])],
            "standard": float(standard[places[n]]),
            "actual": float(np.exp(arrays["operation_log_run"][places[n]])),
            "reports": int(arrays["operation_run_count"][places[n]]),
        }
        for n in worst
    ]


def audit(model: RoutingModel) -> dict[str, Any]:
    """Return what is wrong with the master data as the version was trained on them."""
    base = model.base
    attributes = base.encoder.attributes
    clean = clean_items(base.raw, attributes)
    numbers = [a for a in attributes if a.kind is AttributeKind.NUMBER]
    units = sorted({a.unit_column for a in numbers if a.unit_column})
    unrouted = np.setdiff1d(np.arange(len(base.raw)), base.library.routed)
    faults = {
        "without_routing": [Fault(row) for row in unrouted.tolist()],
        "described_alike": _alike(clean),
        "unit_conflicts": _conflicts(clean, units),
        "sizes_out_of_range": [
            fault for a in numbers for fault in _outliers(a.name, clean.numbers[a.name])
        ],
    }
    return {
        "items": len(base.raw),
        **{name: len(found) for name, found in faults.items()},
        "examples": {
            name: [[model.item_codes[one.row], one.told(clean)] for one in found[:SHOWN_FAULTS]]
            for name, found in faults.items()
        },
        "missing": _missing(clean),
        "standards": standards_that_disagree(model),
    }


def _missing(clean: CleanItems) -> dict[str, float]:
    rates = {name: float((factor.codes < 0).mean()) for name, factor in clean.texts.items()}
    return rates | {name: float(np.isnan(v).mean()) for name, v in clean.numbers.items()}


def _alike(clean: CleanItems) -> list[Fault]:
    """Find items that another item is described exactly like, in all columns that are read."""
    if not len(clean.codes):
        return []
    columns = {name: factor.codes for name, factor in clean.texts.items()}
    table = pd.DataFrame(columns | dict(clean.numbers))
    described = pd.util.hash_pandas_object(table, index=False).to_numpy()
    _, first, group = np.unique(described, return_index=True, return_inverse=True)
    twins = first[group]
    copies = np.flatnonzero(twins != np.arange(len(twins)))
    return [
        Fault(row, twin) for row, twin in zip(copies.tolist(), twins[copies].tolist(), strict=True)
    ]


def _conflicts(clean: CleanItems, units: list[str]) -> list[Fault]:
    """Find items whose sizes are given in different units."""
    known = [clean.texts[name] for name in units if name in clean.texts]
    words = sorted({value for factor in known for value in factor.values})
    used = np.zeros((len(clean.codes), len(words)), dtype=bool)
    for factor in known:
        column = np.array([words.index(value) for value in factor.values], dtype=np.int64)
        given = np.flatnonzero(factor.codes >= 0)
        used[given, column[factor.codes[given]]] = True
    mixed = np.flatnonzero(used.sum(axis=1) > 1).tolist()
    return [Fault(row, values=tuple(np.array(words)[used[row]].tolist())) for row in mixed]


def _outliers(name: str, values: np.ndarray) -> list[Fault]:
    """Find sizes a hundred times larger or smaller than the middle one, and those not above 0."""
    middle = np.median(values[values > 0]) if (values > 0).any() else 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        far = np.abs(np.log(values / middle)) > np.log(100)
    wrong = np.flatnonzero((far | (values <= 0)) & np.isfinite(values)).tolist()
    return [Fault(row, values=(f"{name} {values[row]:g}",)) for row in wrong]
