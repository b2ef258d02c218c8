"""Work reports: what the shop typed in after each order, typing errors included."""

from __future__ import annotations

import numpy as np
import pandas as pd

from routingml_site.plant.attributes import Attributes
from routingml_site.plant.coded import coded
from routingml_site.plant.columns import RESULT_COLUMNS, WORKER_COLUMN
from routingml_site.plant.operations import JOB_CODES, JOB_NAMES
from routingml_site.plant.routings import (
    RESOURCE_CODES,
    RESOURCE_NAMES,
    ROUTES,
    START,
    Plan,
)
from routingml_site.plant.streams import Floats, Ints, pick

NOISE = 0.25
"""Spread of the logarithm of reported times around what is true."""
REPORTS_A_ROW = 2.4
SILENT_ITEMS = 1 / 3
_QUANTITIES = np.array(
    [1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 150, 200, 300, 500]
)


def orders(items: int, rng: np.random.Generator) -> Ints:
    """Return how many orders each item had: a third none, most a few, some hundreds."""
    wanted = REPORTS_A_ROW / (1 - SILENT_ITEMS) / 0.93
    sigma = 1.35
    drawn = np.exp(rng.normal(np.log(wanted) - sigma**2 / 2, sigma, items))
    many = np.clip(np.round(drawn), 1, 250).astype(np.int64)
    return np.where(rng.random(items) < SILENT_ITEMS, 0, many)


def table(
    plan: Plan, proc_seq: Ints, a: Attributes, codes: pd.Index, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the work reports of the plan's operations in the view's columns."""
    counts = orders(len(a), rng)
    rows, order = _reported(plan, counts, rng)
    quantity, when = _orders(counts, a, rng)
    count = len(rows)
    hours, setup, made = _times(plan, rows, quantity[order], rng)
    at = when[order] + plan.step[rows] / 10 * 1.3 + rng.random(count)
    resource = _resources(plan.resource[rows], rng)
    bad = rng.binomial(np.maximum(made, 0).astype(np.int64), 0.012)
    columns: dict[str, object] = {
        "ITEM_CD": coded(codes, plan.sequences.owner[rows]),
        "ROUT_NO": coded(ROUTES, plan.route[rows]),
        "PROC_SEQ": proc_seq[rows],
        "JOB_CD": coded(JOB_CODES, plan.sequences.job[rows]),
        "CD_NM": coded(JOB_NAMES, plan.sequences.job[rows]),
        "RES_CD": coded(RESOURCE_CODES, resource),
        "RES_DIS": coded(RESOURCE_NAMES, resource),
        "REPORT_DT": START + (at * 86_400).astype("timedelta64[s]"),
        "SETUP_HOURS": setup,
        "MACH_WORKED_HOURS": hours,
        "ORDER_QTY": made,
        "BAD_QTY": bad.astype(float),
        WORKER_COLUMN: coded([f"W{n:03d}" for n in range(180)], rng.integers(180, size=count)),
    }
    return pd.DataFrame({name: columns[name] for name in (*RESULT_COLUMNS, WORKER_COLUMN)})


def _reported(plan: Plan, counts: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Return the plan row and the order of each report; some operations go unreported."""
    owner = plan.sequences.owner
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    times_made = np.where(plan.route == 0, counts[owner], (counts[owner] * 0.2).astype(np.int64))
    rows = np.repeat(np.arange(len(owner)), times_made)
    start = np.repeat(np.cumsum(times_made) - times_made, times_made)
    order = first[owner[rows]] + (np.arange(len(rows)) - start)
    told = rng.random(len(rows)) < np.where(plan.outsourced[rows], 0.6, 0.96)
    return rows[told], order[told]


def _orders(counts: Ints, a: Attributes, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return quantity and day of each order, after the item's first day."""
    item = np.repeat(np.arange(len(counts)), counts)
    usual = pick(rng, 1.0 / np.arange(3, 3 + len(_QUANTITIES)), len(counts))[item]
    drift = rng.integers(-2, 3, size=len(item))
    quantity = _QUANTITIES[np.clip(usual + drift, 0, len(_QUANTITIES) - 1)].astype(float)
    born = a.era[item] * 365.25
    return quantity, born + 1 + rng.exponential(250.0, len(item))


def _times(
    plan: Plan, rows: Ints, quantity: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Return machine hours, setup hours and order quantity as typed."""
    count = len(rows)
    hours = plan.run[rows] * quantity / 60 * np.exp(rng.normal(0, NOISE, count))
    setup = plan.setup[rows] / 60 * np.exp(rng.normal(0, 0.3, count))
    slip = pick(rng, (0.965, 0.014, 0.008, 0.006, 0.007), count)
    hours = hours * np.choose(slip, [1.0, 0.0, 10.0, 60.0, 1.0])
    made = np.where(slip == 4, 0.0, quantity)
    setup = np.where(rng.random(count) < 0.06, 0.0, setup)
    return np.round(hours, 4), np.round(setup, 3), made


def _resources(planned: Ints, rng: np.random.Generator) -> Ints:
    """Return the machine each report names: mostly the planned one, sometimes its twin or none."""
    family = np.array([code.split("-")[0] for code in RESOURCE_CODES])
    twin = np.minimum(planned + 1, len(family) - 1)
    twin = np.where(family[twin] == family[planned], twin, planned)
    used = np.where(rng.random(len(planned)) < 0.12, twin, planned)
    return np.where(rng.random(len(planned)) < 0.04, -1, used)
