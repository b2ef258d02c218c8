"""Routings as the ERP shows them: the planners' standards, resources, partners and paperwork."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from routingml_site.plant import times
from routingml_site.plant.attributes import Attributes
from routingml_site.plant.coded import coded, constant, missing
from routingml_site.plant.columns import ROUTING_COLUMNS
from routingml_site.plant.operations import JOB_CODES, JOB_NAMES, JOBS
from routingml_site.plant.sequences import Sequences
from routingml_site.plant.streams import Bools, Floats, Ints, pick

START = np.datetime64("2017-01-02T08:00:00", "s")
FOREVER = np.datetime64("2999-12-31T00:00:00", "s")
_DAY = 86_400
ROUTES = ("01", "02", "09")
MAIN, OTHER, OBSOLETE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Plan:
    """Operations of all routings with what is true of each; the order is that of the table."""

    sequences: Sequences
    route: Ints
    step: Ints
    setup: Floats
    run: Floats
    outsourced: Bools
    resource: Ints
    partner: Ints

    def take(self, rows: Ints | Bools) -> Plan:
        """Return some of the operations."""
        return Plan(
            self.sequences.take(rows),
            self.route[rows],
            self.step[rows],
            self.setup[rows],
            self.run[rows],
            self.outsourced[rows],
            self.resource[rows],
            self.partner[rows],
        )


def plan(a: Attributes, parts: list[tuple[int, Sequences]]) -> Plan:
    """Put routings of several kinds together, item by item, with their true times."""
    owner = np.concatenate([s.owner for _, s in parts])
    job = np.concatenate([s.job for _, s in parts])
    route = np.concatenate([np.full(len(s.owner), kind) for kind, s in parts])
    step = np.concatenate([s.position() for _, s in parts])
    order = np.lexsort((step, route, owner))
    s = Sequences(owner[order], job[order])
    return Plan(
        sequences=s,
        route=route[order],
        step=(step[order] + 1) * 10,
        setup=times.setup_minutes(a, s),
        run=times.run_minutes(a, s),
        outsourced=times.outsourced(a, s),
        resource=resource_number(a, s),
        partner=times.partner(a, s),
    )


def resource_number(a: Attributes, s: Sequences) -> Ints:
    """Return the number of the machine that does each operation."""
    return _FIRST_MACHINE[s.job] + times.machine(a, s)


_FIRST_MACHINE: Ints = np.concatenate([[0], np.cumsum([job.machines for job in JOBS])[:-1]])
RESOURCE_CODES = [f"{job.code}-{n + 1}" for job in JOBS for n in range(job.machines)]
RESOURCE_NAMES = [
    job.machine if job.machines == 1 else f"{job.machine} #{n + 1}"
    for job in JOBS
    for n in range(job.machines)
]
PARTNER_CODES = [f"BP{1000 + 17 * n}" for n in range(times.PARTNERS)]
PARTNER_NAMES = [
    f"{name}{kind}"
    for kind in ("정밀", "열처리", "표면처리", "산업", "테크")
    for name in ("대한", "삼영", "한일", "동성", "우진", "세광", "신화", "태양")
]


def table(
    plan: Plan, a: Attributes, codes: pd.Index, items: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Return the routing view's 52 columns, one row an operation."""
    owner, count = plan.sequences.owner, len(plan.step)
    columns: dict[str, object] = {name: missing(count) for name in ROUTING_COLUMNS}
    columns["ROUT_NO"] = coded(ROUTES, plan.route)
    columns["ITEM_CD"] = coded(codes, owner)
    name = pd.Categorical(items["ITEM_NM"])
    columns["ITEM_NM"] = coded(name.categories, name.codes[owner].astype(np.int64))
    columns["PROC_SEQ"] = _numbering(plan, len(a), rng)
    columns["JOB_CD"] = coded(JOB_CODES, plan.sequences.job)
    columns["JOB_NM"] = coded(JOB_NAMES, plan.sequences.job)
    for length in ("OUTDIAMETER", "INDIAMETER", "OUTTHICKNESS"):
        columns[length] = items[length].to_numpy()[owner]
    unit = pd.Categorical(items["OUTDIAMETER_UNIT"])
    columns["OUTDIAMETER_UNIT"] = coded(unit.categories, unit.codes[owner].astype(np.int64))
    columns |= _places(plan, rng)
    columns |= _standards(plan, rng)
    columns |= _dates(plan, a)
    columns |= _paperwork(plan, rng)
    return pd.DataFrame({column: columns[column] for column in ROUTING_COLUMNS})


def _numbering(plan: Plan, items: int, rng: np.random.Generator) -> Ints:
    """Number operations by tens; some planners by fives or hundreds."""
    habit = pick(rng, (0.9, 0.06, 0.04), items)[plan.sequences.owner]
    return np.choose(habit, [plan.step, plan.step // 2, plan.step * 10])


def _places(plan: Plan, rng: np.random.Generator) -> dict[str, object]:
    count = len(plan.step)
    out = plan.outsourced ^ (rng.random(count) < 0.01)
    letters = rng.random(count) < 0.08
    resource = np.where(rng.random(count) < 0.03, -1, plan.resource)
    partner = np.where(out & (rng.random(count) > 0.04), plan.partner, -1)
    price = np.round(plan.run * np.exp(rng.normal(0, 0.15, count)) * 900 + 2000, -2)
    return {
        "INSIDE_FLAG": coded(["사내", "외주", "Y", "N"], out + 2 * letters.astype(np.int64)),
        "RES_CD": coded(RESOURCE_CODES, resource),
        "RES_DIS": coded(RESOURCE_NAMES, resource),
        "BP_CD": coded(PARTNER_CODES, partner),
        "CUST_NM": coded(PARTNER_NAMES, partner),
        "CUR_CD": coded(["KRW", "USD"], np.where(partner < 0, -1, rng.random(count) < 0.03)),
        "SUBCONTRACT_PRC": np.where(partner < 0, np.nan, price),
        "TAX_TYPE": coded(["A", "B"], np.where(partner < 0, -1, 0)),
    }


def _standards(plan: Plan, rng: np.random.Generator) -> dict[str, object]:
    """Return the planners' times: wrong by operation, scattered, rounded, some never filled in."""
    count = len(plan.step)
    wrong = np.array([job.wrong for job in JOBS])[plan.sequences.job]
    run = plan.run * wrong * np.exp(rng.normal(0, 0.35, count))
    setup = plan.setup * wrong**0.5 * np.exp(rng.normal(0, 0.3, count))
    pieces = np.array([1, 10, 100])[pick(rng, (0.86, 0.1, 0.04), count)]
    lazy = pick(rng, (0.84, 0.07, 0.05, 0.04), count)
    run = np.choose(lazy, [np.round(run, 1), 0.0, 10.0, 1.0]) * pieces
    outside = plan.outsourced
    return {
        "TIME_UNIT": coded(["분", "MIN"], (rng.random(count) < 0.1).astype(np.int64)),
        "MFG_LT": np.where(outside, 7.0, 1.0),
        "QUEUE_TIME": np.where(outside, 480.0, np.array([0.0, 30.0, 60.0])[plan.sequences.job % 3]),
        "SETUP_TIME": np.where(lazy == 1, 0.0, np.maximum(np.round(setup / 5) * 5, 1.0)),
        "RUN_TIME": run,
        "ACT_SETUP_TIME": np.where(rng.random(count) < 0.8, np.nan, np.round(plan.setup)),
        "ACT_RUN_TIME": np.where(
            rng.random(count) < 0.8,
            np.nan,
            np.round(plan.run * np.exp(rng.normal(0, 0.3, count)), 1),
        ),
        "WAIT_TIME": np.where(outside, 1440.0, 0.0),
        "MOVE_TIME": np.where(rng.random(count) < 0.5, 10.0, 0.0),
        "RUN_TIME_QTY": pieces.astype(float),
        "RUN_TIME_UNIT": constant("EA", count),
    }


def _dates(plan: Plan, a: Attributes) -> dict[str, object]:
    days = a.era[plan.sequences.owner] * 365.25
    born = START + (days * _DAY).astype("timedelta64[s]")
    ended = plan.route == OBSOLETE
    expired = born.astype("datetime64[D]") + np.timedelta64(400, "D")
    return {
        "INSRT_DT": born,
        "VALID_FROM_DT": born.astype("datetime64[D]").astype("datetime64[s]"),
        "VALID_TO_DT": np.where(ended, expired.astype("datetime64[s]"), FOREVER),
    }


def _paperwork(plan: Plan, rng: np.random.Generator) -> dict[str, object]:
    count = len(plan.step)
    turned = np.array([job.code[:2] in ("LT", "MC") for job in JOBS])[plan.sequences.job]
    programmed = turned & (rng.random(count) < 0.6)
    program = np.where(programmed, rng.integers(2000, size=count), -1)
    people = np.where(programmed, rng.integers(6, size=count), -1)
    inspects = np.array([job.code[:2] in ("IN", "TS") for job in JOBS])[plan.sequences.job]
    remark = np.where(rng.random(count) < 0.06, rng.integers(5, size=count), -1)
    names = ["김가공", "이선반", "박밀링", "최연마", "정조립", "강검사"]
    return {
        "BATCH_OPER": constant("N", count),
        "MILESTONE_FLG": coded(["N", "Y"], inspects.astype(np.int64)),
        "INSP_FLG": coded(["N", "Y"], inspects.astype(np.int64)),
        "ROUT_ORDER": plan.step.astype(float),
        "REMARK": coded(["도면확인", "급", "치공구 필요", "SETUP 주의", "재작업"], remark),
        "NC_PROGRAM": coded([f"O{n + 1000}" for n in range(2000)], program),
        "NC_PROGRAM_WRITER": coded([f"E{n + 101}" for n in range(6)], people),
        "NC_WRITER_NM": coded(names, people),
        "NC_REVIEWER": coded([f"E{n + 201}" for n in range(6)], people),
        "NC_REVIEWER_NM": coded(names[::-1], people),
        "VALIDITY": constant("Y", count),
    }
