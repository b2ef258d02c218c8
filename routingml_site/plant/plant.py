"""The whole plant from one seed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from routingml_site.plant import items as master
from routingml_site.plant import results, routings, sequences
from routingml_site.plant.attributes import YEARS, Attributes, draw
from routingml_site.plant.coded import coded, plain
from routingml_site.plant.columns import ITEM_COLUMNS, TRUTH_COLUMNS
from routingml_site.plant.operations import JOBS
from routingml_site.plant.routings import MAIN, OBSOLETE, OTHER, Plan
from routingml_site.plant.streams import Ints, Streams

UNROUTED, SLIPS, ALTERNATIVES, OLD, COPIES = 0.03, 0.08, 0.07, 0.02, 0.08


@dataclass(frozen=True, slots=True)
class Plant:
    """The three ERP tables, new items without a routing, and the truth about those."""

    item_info: pd.DataFrame
    routing: pd.DataFrame
    work_order_results: pd.DataFrame
    new_items: pd.DataFrame
    new_truth: pd.DataFrame
    new_results: pd.DataFrame

    def plain(self) -> Plant:
        """Return the plant with coded columns as ordinary text."""
        names = self.__dataclass_fields__
        return replace(self, **{name: plain(getattr(self, name)) for name in names})


def make_plant(items: int, new: int, seed: int, *, coded_columns: bool = False) -> Plant:
    """Make a plant of ``items`` known items and ``new`` ones; the same seed, the same plant.

    With ``coded_columns`` repeated texts stay categoricals, which needs a fifth of the memory.
    """
    streams = Streams(seed)
    everything = draw(items + new, streams, YEARS + 0.3 * new / max(items, 1))
    info = master.master_data(everything, streams)
    source = _copies(items, new, streams)
    a, info = everything.take(source), info.take(source).reset_index(drop=True)
    codes = _codes(items + new, streams)
    info.insert(0, "ITEM_CD", codes)
    info = info[list(ITEM_COLUMNS)]
    right = sequences.right(a)
    other = sequences.alternatives(right, ALTERNATIVES, items + new, streams)
    known = _known(a, right, other, items, streams)
    routing = routings.table(known, a, codes, info, streams)
    work = results.table(known, routing["PROC_SEQ"].to_numpy(), a, codes, streams)
    unseen = routings.plan(a, [(MAIN, right), (OTHER, other)])
    unseen = unseen.take(unseen.sequences.owner >= items)
    made = unseen.take(unseen.route == MAIN)
    plant = Plant(
        item_info=info.iloc[:items].copy(),
        routing=routing,
        work_order_results=work,
        new_items=info.iloc[items:].reset_index(drop=True),
        new_truth=_truth(unseen, codes),
        new_results=results.table(made, made.step, a, codes, Streams(seed + 1)),
    )
    return plant if coded_columns else plant.plain()


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
    return pd.Index(letter + pd.Series(number).astype(str).to_numpy(dtype=object))


def _known(
    a: Attributes, right: sequences.Sequences, other: sequences.Sequences, items: int,
    streams: Streams,
) -> Plan:
    """Return the routings that planners entered for the known items."""
    rng = streams.of("known")
    routed = (rng.random(len(a)) >= UNROUTED) & (np.arange(len(a)) < items)
    entered = sequences.with_slips(right, SLIPS * sequences.haste(a), streams)
    old = sequences.with_slips(right, np.ones(len(a)), Streams(streams.seed + 7))
    dated = routed & (rng.random(len(a)) < OLD)
    return routings.plan(a, [
        (MAIN, entered.take(routed[entered.owner])),
        (OTHER, other.take(routed[other.owner])),
        (OBSOLETE, old.take(dated[old.owner])),
    ])


def _truth(unseen: Plan, codes: pd.Index) -> pd.DataFrame:
    partner = np.where(unseen.outsourced, unseen.partner, -1)
    columns = {
        "ITEM_CD": coded(codes, unseen.sequences.owner),
        "ROUT_NO": coded(routings.ROUTES, unseen.route),
        "PROC_SEQ": unseen.step,
        "JOB_CD": coded([job.code for job in JOBS], unseen.sequences.job),
        "OUTSOURCED": coded(["N", "Y"], unseen.outsourced.astype(np.int64)),
        "SETUP_MINUTES": np.round(unseen.setup, 4),
        "RUN_MINUTES": np.round(unseen.run, 4),
        "RES_CD": coded(routings.RESOURCE_CODES, unseen.resource),
        "BP_CD": coded(routings.PARTNER_CODES, partner),
    }
    return pd.DataFrame({name: columns[name] for name in TRUTH_COLUMNS})
