"""What an item really is, before anybody writes it down: the ground from which all tables follow."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from routingml_site.plant.families import FAMILIES, SPARE_PARTS, UNDIVIDED
from routingml_site.plant.materials import MATERIALS, POOLS, Kind
from routingml_site.plant.streams import Bools, Floats, Ints, Streams, pick, zipf

YEARS = 8.0
"""How long the plant has kept routings; ``era`` counts years from the first one."""


class Seal(IntEnum):
    """What kind of seal the item belongs to."""

    SINGLE = 0
    DOUBLE = 1
    CARTRIDGE = 2
    BELLOWS = 3
    GAS = 4
    SPLIT = 5


class Grade(IntEnum):
    """What the customer insists on."""

    GENERAL = 0
    API = 1
    NUCLEAR = 2
    MARINE = 3
    CLEAN = 4


class Coating(IntEnum):
    """What the surface gets."""

    NONE = 0
    TC = 1
    STELLITE = 2
    NICKEL = 3
    CHROME = 4
    DLC = 5


class Raw(IntEnum):
    """What the part is made from."""

    BAR = 0
    PLATE = 1
    FORGED = 2
    CAST = 3
    PIPE = 4
    BOUGHT = 5


class Holes(IntEnum):
    """What is drilled into it."""

    NONE = 0
    TAPS = 1
    PORTS = 2


class Proof(IntEnum):
    """Which non-destructive test is asked for."""

    NONE = 0
    PENETRANT = 1
    RADIOGRAPH = 2


@dataclass(slots=True)
class Attributes:
    """Arrays with one entry an item.  Lengths are millimetres, ``bar`` the test pressure."""

    family: Ints
    part: Ints
    material: Ints
    rubber: Ints
    outside: Floats
    inside: Floats
    thick: Floats
    seal: Ints
    series: Ints
    standard: Bools
    grade: Ints
    coating: Ints
    raw: Ints
    holes: Ints
    keyway: Bools
    proof: Ints
    bar: Ints
    inches: Bools
    era: Floats
    drawing: Ints

    def take(self, rows: Ints | Bools) -> Attributes:
        """Return the same for some rows."""
        return Attributes(**{f.name: getattr(self, f.name)[rows] for f in fields(self)})

    def __len__(self) -> int:
        return len(self.family)

    def kind(self, *kinds: Kind) -> Bools:
        """Tell which items are of one of the material classes."""
        found: Bools = np.isin(KINDS[self.material], kinds)
        return found


@dataclass(frozen=True, slots=True)
class Duty:
    """What is asked of a design beyond its shape; these come in bundles, as in real designs."""

    share: float
    coating: Coating = Coating.NONE
    holes: Holes = Holes.NONE
    keyway: bool = False
    proof: Proof = Proof.NONE
    bar: int = 0


DUTIES: tuple[Duty, ...] = (
    Duty(0.38),
    Duty(0.15, holes=Holes.PORTS, bar=30),
    Duty(0.05, holes=Holes.PORTS, bar=60, proof=Proof.RADIOGRAPH),
    Duty(0.16, holes=Holes.TAPS),
    Duty(0.09, keyway=True),
    Duty(0.10, coating=Coating.TC),
    Duty(0.07, coating=Coating.STELLITE, proof=Proof.PENETRANT),
)


KINDS: Ints = np.array([int(material.kind) for material in MATERIALS])
SERIES_COUNT = 873
"""Seal series; each belongs to one kind of seal."""
_SEAL_SHARE = (0.28, 0.19, 0.25, 0.14, 0.07, 0.07)
SERIES_SEAL: Ints = pick(np.random.default_rng(1964), _SEAL_SHARE, SERIES_COUNT)
SERIES_SEAL[:6] = range(6)


def draw(count: int, streams: Streams, latest: float) -> Attributes:
    """Draw ``count`` designs; the first are old and the last are ``latest`` years after the start."""
    rng = streams.of("attributes")
    family = pick(rng, [f.share for f in FAMILIES], count)
    era = _eras(count, rng, latest)
    standard = rng.random(count) < 0.08
    outside = _outside(family, standard, rng)
    series = pick(rng, zipf(SERIES_COUNT, 1.0), count)
    material = _materials(family, era, rng)
    duty = pick(rng, [d.share for d in DUTIES], count)
    drawn = Attributes(
        family=family,
        part=_parts(family, rng),
        material=material,
        rubber=_pool("rubber", era, rng),
        outside=outside,
        inside=_inside(family, outside, rng),
        thick=_thickness(family, outside, rng),
        seal=SERIES_SEAL[series],
        series=series,
        standard=standard,
        grade=pick(rng, (0.78, 0.10, 0.03, 0.04, 0.05), count),
        coating=np.array([int(d.coating) for d in DUTIES])[duty],
        raw=np.zeros(count, dtype=np.int64),
        holes=np.array([int(d.holes) for d in DUTIES])[duty],
        keyway=np.array([d.keyway for d in DUTIES])[duty],
        proof=np.array([int(d.proof) for d in DUTIES])[duty],
        bar=np.array([d.bar for d in DUTIES])[duty],
        inches=rng.random(count) < 0.0125,
        era=era,
        drawing=np.arange(count),
    )
    _make_siblings(drawn, rng)
    _specialise(drawn)
    drawn.raw = _raw(drawn)
    return drawn


def pick_value(rng: np.random.Generator, values: tuple[float, ...], size: int) -> Floats:
    """Draw one of the values for each of ``size`` rows, all as likely."""
    chosen: Floats = np.asarray(values, dtype=float)[rng.integers(len(values), size=size)]
    return chosen


def _eras(count: int, rng: np.random.Generator, latest: float) -> Floats:
    """Spread designs over the years, a little more in the later ones, in order."""
    return np.sort(latest * rng.random(count) ** 0.85)


def _parts(family: Ints, rng: np.random.Generator) -> Ints:
    """Give most items their family's main part type and the rest one of its rare ones."""
    owners = len(FAMILIES) - len(UNDIVIDED)
    most = -(-SPARE_PARTS // owners)
    spare = pick(rng, zipf(most, 0.7), len(family)) * owners + family - len(UNDIVIDED)
    spare = np.where(spare < SPARE_PARTS, spare, spare - owners)
    rare = (rng.random(len(family)) < 0.2) & (family >= len(UNDIVIDED))
    return np.where(rare, len(FAMILIES) + spare, family)


def _step(millimetres: Floats) -> Floats:
    """Round lengths as drawings do: coarser when larger."""
    step = np.select([millimetres < 20, millimetres < 100, millimetres < 300], [0.5, 1.0, 2.0], 5.0)
    return np.maximum(np.round(millimetres / step) * step, 0.5)


def _outside(family: Ints, standard: Bools, rng: np.random.Generator) -> Floats:
    median = np.array([f.size for f in FAMILIES])[family]
    size = median * np.exp(rng.normal(0, 0.42, len(family)))
    preferred = 10 ** (np.round(np.log10(size) * 20) / 20)
    usual = standard | (rng.random(len(family)) < 0.75)
    return _step(np.where(usual, preferred, size))


def _inside(family: Ints, outside: Floats, rng: np.random.Generator) -> Floats:
    """Return bores: a share of the diameter that each family keeps to."""
    share = 0.7 + 0.025 * (family % 5) + rng.normal(0, 0.012, len(family))
    return _step(outside * share)


def _thickness(family: Ints, outside: Floats, rng: np.random.Generator) -> Floats:
    stretch = np.array([f.stretch for f in FAMILIES])[family]
    return _step(outside * stretch * pick_value(rng, (0.75, 0.9, 1.0, 1.2, 1.5), len(family)))


def _pool(name: str, era: Floats, rng: np.random.Generator) -> Ints:
    """Draw materials of a pool; the later the year, the more the rising ones are used."""
    members = np.array([n for n, m in enumerate(MATERIALS) if m.kind in POOLS[name]])
    use = np.array([MATERIALS[n].use for n in members]) ** 1.4
    trend = np.array([MATERIALS[n].trend for n in members])
    early = members[pick(rng, use, len(era))]
    late = members[pick(rng, use * trend, len(era))]
    return np.where(rng.random(len(era)) < era / YEARS, late, early)


def _materials(family: Ints, era: Floats, rng: np.random.Generator) -> Ints:
    pools = np.array([f.pool for f in FAMILIES])[family]
    material = np.zeros(len(family), dtype=np.int64)
    for name in POOLS:
        material = np.where(pools == name, _pool(name, era, rng), material)
    return material


def _make_siblings(drawn: Attributes, rng: np.random.Generator) -> None:
    """Turn part of the designs into variants of an earlier one: same drawing, one thing changed."""
    count = len(drawn)
    parent = (rng.random(count) * np.arange(count)).astype(np.int64)
    variant = rng.random(count) < 0.52
    changed = rng.integers(4, size=count)
    kept = ("family", "part", "seal", "series", "drawing", "inches", "rubber", "standard")
    groups = (
        ("outside", "inside", "thick"), ("material",), ("grade",),
        ("coating", "proof", "holes", "keyway", "bar"),
    )
    for name in kept:
        values = getattr(drawn, name)
        setattr(drawn, name, np.where(variant, values[parent], values))
    for number, names in enumerate(groups):
        for name in names:
            values = getattr(drawn, name)
            keep = variant & (changed != number)
            setattr(drawn, name, np.where(keep, values[parent], values))
    _refit(drawn, variant, rng)


def _refit(drawn: Attributes, variant: Bools, rng: np.random.Generator) -> None:
    """Bring size and material of variants back to what their family can be."""
    sized = _outside(drawn.family, drawn.standard, rng)
    median = np.array([f.size for f in FAMILIES])[drawn.family]
    odd = variant & (np.abs(np.log(drawn.outside / median)) > 1.4)
    drawn.outside = np.where(odd, sized, drawn.outside)
    drawn.inside = np.where(variant, _inside(drawn.family, drawn.outside, rng), drawn.inside)
    drawn.thick = np.where(
        variant, _thickness(drawn.family, drawn.outside, rng), drawn.thick
    )
    allowed = np.zeros((len(FAMILIES), len(MATERIALS)), dtype=bool)
    for number, family in enumerate(FAMILIES):
        allowed[number] = [m.kind in POOLS[family.pool] for m in MATERIALS]
    wrong = ~allowed[drawn.family, drawn.material]
    fresh = _materials(drawn.family, drawn.era, rng)
    drawn.material = np.where(wrong, fresh, drawn.material)


def _specialise(drawn: Attributes) -> None:
    """Take from designs what their kind of part never has, and give each the layer that suits it."""
    process = np.array([f.process for f in FAMILIES])[drawn.family]
    turned = np.isin(process, ("ring", "sleeve", "small"))
    faces = np.isin(process, ("face", "shrink"))
    drilled = turned | np.isin(process, ("plate", "vessel"))
    hard = drawn.coating == Coating.TC
    steel = drawn.kind(Kind.STEEL, Kind.MARTENSITIC)
    drawn.coating = np.select(
        [hard & faces, ~turned, hard & steel], [Coating.DLC, Coating.NONE, Coating.CHROME],
        drawn.coating,
    )
    assembled = np.isin(process, ("bom", "kit", "vessel"))
    drawn.bar = np.where(assembled & (drawn.holes == Holes.TAPS), 30, drawn.bar)
    drawn.holes = np.where(drilled, drawn.holes, Holes.NONE)
    drawn.keyway = drawn.keyway & (turned | faces)
    drawn.proof = np.where(drilled, drawn.proof, Proof.NONE)


def _raw(a: Attributes) -> Ints:
    """Say what each part is made from; follows from size, shape and material."""
    flat = a.thick < 0.12 * a.outside
    tall = (a.thick > 1.2 * a.outside) & (a.outside >= 70)
    raw = np.select([a.kind(Kind.BRONZE), a.outside >= 170, flat, tall],
                    [Raw.CAST, Raw.FORGED, Raw.PLATE, Raw.PIPE], Raw.BAR)
    bought = a.kind(Kind.CARBON, Kind.SIC, Kind.TUNGSTEN, Kind.CERAMIC, Kind.RUBBER)
    return np.where(bought, Raw.BOUGHT, raw).astype(np.int64)
