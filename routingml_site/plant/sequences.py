"""Routings as flat arrays: the right one of each item, alternatives, and planners' slips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from routingml_site.plant import rules_assemblies, rules_parts
from routingml_site.plant.attributes import Attributes
from routingml_site.plant.operations import CODES, JOBS, SUBSTITUTE
from routingml_site.plant.streams import Bools, Floats, Ints, pick

PROCESSES: dict[str, Callable[[Attributes], rules_parts.Steps]] = {
    "ring": rules_parts.ring,
    "sleeve": rules_parts.sleeve,
    "face": rules_parts.face,
    "shrink": rules_parts.shrink,
    "oring": rules_parts.oring,
    "gasket": rules_parts.gasket,
    "spring": rules_parts.spring,
    "small": rules_parts.small,
    "plate": rules_parts.plate,
    "bom": rules_assemblies.bom,
    "kit": rules_assemblies.kit,
    "bellows": rules_assemblies.bellows,
    "vessel": rules_assemblies.vessel,
}

_FORGETTABLE: Bools = np.array([job.forgettable for job in JOBS])


@dataclass(frozen=True, slots=True)
class Sequences:
    """Operations in order: ``owner`` is the item, ``job`` the operation, sorted by owner."""

    owner: Ints
    job: Ints

    def take(self, rows: Ints | Bools) -> Sequences:
        """Return some of the operations."""
        return Sequences(self.owner[rows], self.job[rows])

    @property
    def first(self) -> Bools:
        """Mark the first operation of each owner."""
        changed: Bools = np.diff(self.owner, prepend=-1) != 0
        return changed

    def position(self) -> Ints:
        """Number the operations of each owner from 0."""
        starts = np.flatnonzero(self.first)
        length = np.diff(np.append(starts, len(self.owner)))
        return np.arange(len(self.owner)) - np.repeat(starts, length)

    def first_where(self, wanted: Bools) -> Ints:
        """Return the row of the first wanted operation of each owner that has one."""
        rows = np.flatnonzero(wanted)
        _, at = np.unique(self.owner[rows], return_index=True)
        return rows[at]


def right(attributes: Attributes) -> Sequences:
    """Return the routing that the plant's rules give every item."""
    owners, jobs = [], []
    for name, rule in PROCESSES.items():
        members = np.flatnonzero(attributes.made(name))
        if len(members) == 0:
            continue
        steps = rule(attributes.take(members))
        needed = np.column_stack([mask for _, mask in steps])
        row, column = np.nonzero(needed)
        owners.append(members[row])
        jobs.append(np.array([CODES[code] for code, _ in steps])[column])
    owner, job = np.concatenate(owners), np.concatenate(jobs)
    order = np.argsort(owner, kind="stable")
    return Sequences(owner[order], job[order])


def alternatives(
    sequences: Sequences, share: float, haste: Floats, rng: np.random.Generator
) -> Sequences:
    """Return a second routing for about ``share`` of the items: one operation done another way."""
    items = len(haste)
    rows = sequences.first_where(SUBSTITUTE[sequences.job] >= 0)
    able = np.zeros(items, dtype=bool)
    able[sequences.owner[rows]] = True
    odds = share * haste * items / max(float(haste[able].sum()), 1.0)
    chosen = able & (rng.random(items) < odds)
    job = sequences.job.copy()
    job[rows] = SUBSTITUTE[job[rows]]
    return Sequences(sequences.owner, job).take(chosen[sequences.owner])


def haste(attributes: Attributes) -> Floats:
    """Return how hastily each item is planned: what is planned daily, more than the rest."""
    daily = attributes.made("bom", "kit", "face", "oring", "gasket")
    return np.where(daily, 1.4, 0.45)


def with_slips(sequences: Sequences, odds: Floats, rng: np.random.Generator) -> Sequences:
    """Return what planners wrote: by its odds, an item has a step left out, moved or old."""
    items = len(odds)
    slip = np.where(rng.random(items) < odds, 1 + pick(rng, (0.7, 0.2, 0.1), items), 0)
    job = sequences.job.copy()
    keep = np.ones(len(job), dtype=bool)
    loose = sequences.first_where(_FORGETTABLE[job])
    keep[loose[slip[sequences.owner[loose]] == 1]] = False
    _swap(sequences, job, loose[slip[sequences.owner[loose]] == 2])
    old = sequences.first_where(SUBSTITUTE[job] >= 0)
    old = old[slip[sequences.owner[old]] == 3]
    job[old] = SUBSTITUTE[job[old]]
    return Sequences(sequences.owner, job).take(keep)


def _swap(sequences: Sequences, job: Ints, rows: Ints) -> None:
    """Exchange operations with the one before them, in place."""
    rows = rows[~sequences.first[rows]]
    job[rows], job[rows - 1] = job[rows - 1].copy(), job[rows].copy()
