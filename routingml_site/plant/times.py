"""What an operation really takes, and where and by whom it is done."""

from __future__ import annotations

import numpy as np

from routingml_site.plant.attributes import Attributes, Coating, Grade, Holes
from routingml_site.plant.families import FAMILIES
from routingml_site.plant.materials import MATERIALS, Kind
from routingml_site.plant.operations import CODES, JOBS
from routingml_site.plant.sequences import Sequences
from routingml_site.plant.streams import Bools, Floats, Ints

SETUP: Floats = np.array([job.setup for job in JOBS])
RUN: Floats = np.array([job.run for job in JOBS])
_GROWTH: Floats = np.array([job.growth for job in JOBS])
_HARDNESS: Floats = np.array([job.hardness for job in JOBS])
_OUTSIDE: Floats = np.array([job.outside for job in JOBS])
_EFFORT: Floats = np.array([material.effort for material in MATERIALS])
_STRETCH: Floats = np.array([family.stretch for family in FAMILIES])
_SPECIAL = [n for n, material in enumerate(MATERIALS) if material.code in ("FFKM", "SIL")]
_CONTRACTED = [n for n, f in enumerate(FAMILIES) if f.name in ("FLANGE", "NUT", "SPACER")]
PARTNERS = 40


def _group(*prefixes: str) -> Bools:
    return np.array([job.code.startswith(prefixes) for job in JOBS])


_MILLING, _INSPECTING = _group("MC", "DR"), _group("IN", "FL", "DC")
_TESTING, _GRINDING, _CUTTING = _group("TS"), _group("GD", "LP"), _group("LT", "SW", "WE")


def run_minutes(a: Attributes, s: Sequences) -> Floats:
    """Return the median minutes a piece of each operation."""
    size = np.clip(a.outside / 100.0, 0.08, 9.0)[s.owner]
    effort = _EFFORT[a.material][s.owner]
    slender = np.clip(a.thick / (a.outside * _STRETCH[a.family]), 0.3, 3.0)[s.owner]
    minutes = RUN[s.job] * size ** _GROWTH[s.job] * effort ** _HARDNESS[s.job]
    minutes = minutes * np.where(_CUTTING[s.job], slender**0.25, 1.0)
    return np.maximum(minutes * _asked(a, s), 0.05)


def _asked(a: Attributes, s: Sequences) -> Floats:
    """Return by how much what the text asks for lengthens each operation."""
    holes, grade = a.holes[s.owner], a.grade[s.owner]
    bar, coating = a.bar[s.owner], a.coating[s.owner]
    more = np.where(_MILLING[s.job] & (holes == Holes.PORTS), 1.4, 1.0)
    more = more * np.where(_INSPECTING[s.job] & (grade == Grade.NUCLEAR), 1.8, 1.0)
    more = more * np.where(_INSPECTING[s.job] & (grade == Grade.API), 1.3, 1.0)
    more = more * np.where(_TESTING[s.job], 1.0 + bar / 100.0, 1.0)
    more = more * np.where(_GRINDING[s.job] & (coating == Coating.TC), 1.35, 1.0)
    more = more * np.where(_CUTTING[s.job] & a.keyway[s.owner], 1.1, 1.0)
    return more * np.where(a.standard[s.owner], 0.85, 1.0)


def setup_minutes(a: Attributes, s: Sequences) -> Floats:
    """Return the median minutes to set up an order of each operation."""
    size = np.clip(a.outside / 100.0, 0.2, 6.0)[s.owner]
    ready = np.where(a.standard[s.owner], 0.8, 1.0)
    return np.maximum(SETUP[s.job] * size**0.25 * ready, 1.0)


def outsourced(a: Attributes, s: Sequences) -> Bools:
    """Tell which operations are subcontracted: by their nature, or because the part is too big."""
    elsewhere: Bools = (a.outside[s.owner] >= _OUTSIDE[s.job]) | _elsewhere(a, s)
    return elsewhere


def _elsewhere(a: Attributes, s: Sequences) -> Bools:
    """Tell which operations the plant has no machine for, given what the part is made of."""
    owner = s.owner
    tungsten = a.kind(Kind.TUNGSTEN)[owner] & (s.job == CODES["GD02"])
    special = np.isin(a.material, _SPECIAL)[owner] & (s.job == CODES["RB01"])
    tiny = (a.outside[owner] < 12) & np.isin(s.job, [CODES["LT01"], CODES["LT07"]])
    alloys = a.kind(Kind.ALLOY, Kind.TITANIUM)[owner] & (s.job == CODES["MC01"])
    baked = a.kind(Kind.STAINLESS)[owner] & (s.job == CODES["HT02"])
    turned = np.isin(s.job, [CODES["LT01"], CODES["LT02"]])
    contracted = np.isin(a.family, _CONTRACTED)[owner] & turned
    sent_out: Bools = tungsten | special | tiny | alloys | baked | contracted
    return sent_out


def machine(a: Attributes, s: Sequences) -> Ints:
    """Return which of its operation's machines does it: the larger, the later."""
    count = np.array([job.machines for job in JOBS])[s.job]
    median = np.array([f.size for f in FAMILIES])[a.family][s.owner]
    rank = 0.5 + 0.35 * np.log(a.outside[s.owner] / median) + 0.13 * (a.material[s.owner] % 3 - 1)
    number: Ints = np.clip((rank * count).astype(np.int64), 0, count - 1)
    return number


def partner(a: Attributes, s: Sequences) -> Ints:
    """Return the partner who does an operation that is subcontracted: one of three each."""
    choice = (a.material[s.owner] % 2) + (a.outside[s.owner] >= 200)
    return (s.job * 3 + choice) % PARTNERS
