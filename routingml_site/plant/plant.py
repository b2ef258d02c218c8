"""The whole plant from one seed."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from registry.core.errors import BadInput
from routingml_site.plant import items as master
from routingml_site.plant import results, routings, sequences
from routingml_site.plant.attributes import Attributes
from routingml_site.plant.coded import coded, plain
from routingml_site.plant.columns import ITEM_COLUMNS, TRUTH_COLUMNS
from routingml_site.plant.designs import draw
from routingml_site.plant.dirt import soiled
from routingml_site.plant.operations import JOB_CODES
from routingml_site.plant.routings import MAIN, OBSOLETE, OTHER, Plan
from routingml_site.plant.sequences import Sequences
from routingml_site.plant.streams import Bools, Ints, Streams

UNROUTED = 0.03
SLIPS = 0.08
ALTERNATIVES = 0.07
OLD = 0.02
COPIES = 0.08
"""Shares of known items: without a routing yet, planned in error (before haste), with a second
valid routing, with an expired one, and equal to an earlier item in everything but the code."""


@dataclass(frozen=True, slots=True)
class Plant:
    """The three ERP tables, new items without a routing, and the truth about those.

    ``new_truth`` lists every valid routing of each new item, the primary one as ``ROUT_NO`` 01,
    with the median minutes its reports scatter around; ``new_results`` are such reports.
    """

    item_info: pd.DataFrame
    routing: pd.DataFrame
    work_order_results: pd.DataFrame
    new_items: pd.DataFrame
    new_truth: pd.DataFrame
    new_results: pd.DataFrame

    def plain(self) -> Plant:
        """Return the plant with coded columns as ordinary text."""
        return Plant(**{f.name: plain(getattr(self, f.name)) for f in fields(self)})


@dataclass(frozen=True, slots=True)
class _Ground:
    """What all tables are written from."""

    attributes: Attributes
    info: pd.DataFrame
    codes: pd.Index
    known: Bools
    right: Sequences
    other: Sequences


def make_plant(items: int, new: int, seed: int, *, coded_columns: bool = False) -> Plant:
    """Make a plant of ``items`` known items and ``new`` ones; the same seed, the same plant.

    With ``coded_columns`` texts that repeat stay categoricals, which needs a fifth of the memory.

    Raises:
        BadInput: when a number of items or the seed cannot be.
    """
    if items < 1 or new < 0 or seed < 0:
        raise BadInput(
            "A plant needs at least 1 known item, 0 new ones and a seed from 0.",
            items=items, new=new, seed=seed,
        )  # fmt: skip
    streams = Streams(seed)
    ground = _ground(items, new, streams)
    entered = _entered(ground, streams)
    routing = routings.table(
        entered, ground.attributes, ground.codes, ground.info, streams.of("routings")
    )
    work = results.table(
        entered, routing["PROC_SEQ"].to_numpy(), ground.attributes, ground.codes,
        streams.of("results"),
    )  # fmt: skip
    truth, reports = _truth(ground, streams)
    plant = Plant(
        item_info=ground.info[ground.known].copy(),
        routing=soiled(routing, streams.of("routing dirt")),
        work_order_results=soiled(work, streams.of("result dirt")),
        new_items=ground.info[~ground.known].reset_index(drop=True),
        new_truth=truth,
        new_results=reports,
    )
    return plant if coded_columns else plant.plain()


def _ground(items: int, new: int, streams: Streams) -> _Ground:
    """Draw what is true of all items, known and new, and write their master data."""
    designs = draw(items, new, streams)
    info = master.master_data(designs, streams)
    source = _copies(items, new, streams)
    codes = _codes(items + new, streams)
    info = info.take(source).reset_index(drop=True).assign(ITEM_CD=codes)[list(ITEM_COLUMNS)]
    attributes = designs.take(source)
    right = sequences.right(attributes)
    haste = sequences.haste(attributes)
    other = sequences.alternatives(right, ALTERNATIVES, haste, streams.of("alternatives"))
    return _Ground(attributes, info, codes, np.arange(items + new) < items, right, other)


def _copies(items: int, new: int, streams: Streams) -> Ints:
    """Say which design each item shows: mostly its own, some exactly that of an earlier item."""
    rng = streams.of("copies")
    source = np.arange(items + new)
    share = np.where(source < items, COPIES, COPIES / 3)
    copied = rng.random(items + new) < share
    return np.where(copied, (rng.random(items + new) * source).astype(np.int64), source)


def _codes(count: int, streams: Streams) -> pd.Index:
    """Return item codes: a letter that means little and a running number with gaps."""
    rng = streams.of("codes")
    number = 1_000_000 + np.cumsum(rng.integers(1, 9, size=count))
    letter = np.array(["A", "K", "S", "M"], dtype=object)[rng.integers(4, size=count)]
    return pd.Index([f"{a}{n}" for a, n in zip(letter, number, strict=True)])


def _entered(ground: _Ground, streams: Streams) -> Plan:
    """Return the routings that planners entered for the known items."""
    rng = streams.of("entered")
    count = len(ground.known)
    routed = (rng.random(count) >= UNROUTED) & ground.known
    dated = routed & (rng.random(count) < OLD)
    hasty = SLIPS * sequences.haste(ground.attributes)
    main = sequences.with_slips(ground.right, hasty, streams.of("slips"))
    old = sequences.with_slips(ground.right, np.ones(count), streams.of("old routings"))
    return routings.plan(ground.attributes, [
        (MAIN, main.take(routed[main.owner])),
        (OTHER, ground.other.take(routed[ground.other.owner])),
        (OBSOLETE, old.take(dated[old.owner])),
    ])  # fmt: skip


def _truth(ground: _Ground, streams: Streams) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the valid routings of the new items and the reports of their primary ones."""
    plan = routings.plan(ground.attributes, [(MAIN, ground.right), (OTHER, ground.other)])
    plan = plan.take(~ground.known[plan.sequences.owner])
    made = plan.take(plan.route == MAIN)
    reports = results.table(
        made, made.step, ground.attributes, ground.codes, streams.of("new results")
    )
    columns = {
        "ITEM_CD": coded(ground.codes, plan.sequences.owner),
        "ROUT_NO": coded(routings.ROUTES, plan.route),
        "PROC_SEQ": plan.step,
        "JOB_CD": coded(JOB_CODES, plan.sequences.job),
        "OUTSOURCED": coded(["N", "Y"], plan.outsourced.astype(np.int64)),
        "SETUP_MINUTES": np.round(plan.setup, 4),
        "RUN_MINUTES": np.round(plan.run, 4),
        "RES_CD": coded(routings.RESOURCE_CODES, plan.resource),
        "BP_CD": coded(routings.PARTNER_CODES, np.where(plan.outsourced, plan.partner, -1)),
    }
    return pd.DataFrame({name: columns[name] for name in TRUTH_COLUMNS}), reports
