"""A shop whose rules are known: three kinds of parts, routed and timed by kind and size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from registry.core.boosting import BoostingSpec
from registry.core.cleaning import Attribute, AttributeKind
from registry.core.network import NetworkSpec
from registry.core.routing import Item
from registry.core.tables import RESULT_COLUMNS, ROUTING_COLUMNS, Tables
from training.core.specs import TrainingSpec

ATTRIBUTES = (
    Attribute("KIND"),
    Attribute("MATERIAL"),
    Attribute("OD_UNIT"),
    Attribute("OD", AttributeKind.NUMBER, "OD_UNIT", (0.0,)),
)
QUICK = TrainingSpec(
    folds=2,
    network=NetworkSpec(hidden=32, last=16, steps=150, max_epochs=20),
    times=BoostingSpec(max_iter=20, min_samples_leaf=5),
)
ROUTES = {
    "SEAL": ("CUT", "TURN", "INSP"),
    "BUSH": ("CUT", "MILL", "INSP"),
    "PLATE": ("SAW", "MILL"),
}
MINUTES = {"CUT": 2.0, "TURN": 5.0, "MILL": 8.0, "SAW": 3.0, "GRIND": 12.0, "INSP": 1.0}
DTYPES = {
    "str": "str",
    "int": "int64",
    "float": "float64",
    "bool": "bool",
    "date": "datetime64[us]",
}


def frame(columns: dict[str, str], rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return a canonical table of the given rows; what a row lacks is missing."""
    flags = {name: False for name, kind in columns.items() if kind == "bool"}
    table = pd.DataFrame([flags | row for row in rows], columns=list(columns))
    return table.astype({name: DTYPES[kind] for name, kind in columns.items()})


def operation(item: str, sequence: int, job: str, **more: Any) -> dict[str, Any]:
    """Return a row of the routing table."""
    row = {"ITEM_CD": item, "ROUT_NO": "1", "PROC_SEQ": sequence, "JOB_CD": job}
    return {**row, "INSRT_DT": "2024-01-01", **more}


def report(item: str, sequence: int, job: str, minutes: float, **more: Any) -> dict[str, Any]:
    """Return a row of the work results."""
    row = {"ITEM_CD": item, "ROUT_NO": "1", "PROC_SEQ": sequence, "JOB_CD": job}
    return {**row, "RUN_MINUTES": minutes, **more}


def tables(
    items: Sequence[dict[str, Any]] | pd.DataFrame,
    routings: Sequence[dict[str, Any]] = (),
    results: Sequence[dict[str, Any]] = (),
) -> Tables:
    """Return the three canonical tables."""
    return Tables(
        pd.DataFrame(items), frame(ROUTING_COLUMNS, routings), frame(RESULT_COLUMNS, results)
    )


def described(number: int) -> dict[str, Any]:
    """Return the attributes of the shop's item of a number."""
    rng = np.random.default_rng(number)
    return {
        "KIND": list(ROUTES)[number % 3],
        "MATERIAL": ["S45C", "SUS304", "AL6061"][int(rng.integers(3))],
        "OD_UNIT": "MM",
        "OD": float(rng.integers(20, 200)),
    }


def jobs_of(attributes: dict[str, Any]) -> tuple[str, ...]:
    """Return how the shop makes an item: large parts are ground before the last step."""
    route = ROUTES[attributes["KIND"]]
    return (*route[:-1], "GRIND", route[-1]) if attributes["OD"] > 100 else route


def minutes_of(job: str, attributes: dict[str, Any]) -> float:
    """Return the minutes a piece the shop really needs."""
    hard = 2.0 if attributes["MATERIAL"] == "SUS304" else 1.0
    return MINUTES[job] * hard * math.sqrt(attributes["OD"] / 50)


def shop(routed: int, unrouted: int = 0, *, reports: int = 3, standards: bool = True) -> Tables:
    """Return the shop's tables: the items I0, I1... by age, the last ones without a routing."""
    rng = np.random.default_rng(7)
    items, routings, results = [], [], []
    for number in range(routed + unrouted):
        code, attributes = f"I{number}", described(number)
        items.append({"ITEM_CD": code, **attributes})
        day = pd.Timestamp("2024-01-01") + pd.Timedelta(days=number)
        for step, job in enumerate(jobs_of(attributes) if number < routed else (), 1):
            true = minutes_of(job, attributes)
            standard = MINUTES[job] if standards else None
            routings.append(operation(code, 10 * step, job, INSRT_DT=day, RUN_MINUTES=standard))
            for noise in rng.normal(0, 0.1, reports).tolist():
                results.append(report(code, 10 * step, job, true * np.exp(noise)))
    return tables(items, routings, results)


def asked(number: int) -> Item:
    """Return a new item of the shop."""
    return Item(f"NEW{number}", described(number))
