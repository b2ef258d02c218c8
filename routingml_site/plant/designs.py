"""Draws the plant's designs: sizes, materials and what is asked of them, old ones first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from routingml_site.plant.attributes import Attributes, Coating, Grade, Holes, Proof, Raw, Seal
from routingml_site.plant.families import FAMILIES, SPARE_PARTS, UNDIVIDED
from routingml_site.plant.materials import MATERIALS, POOLS, Kind
from routingml_site.plant.streams import Bools, Floats, Ints, Streams, pick, zipf

YEARS = 8.0
"""How long the plant has kept routings."""
STANDARD, INCHES, VARIANTS, TABLES = 0.08, 0.0125, 0.3, 0.3
"""Shares of designs: of a standard size, in inches, a variant of an earlier one, on its drawing."""
SERIES_COUNT = 873
"""Seal series; each is of one kind of seal."""
_SEALS = {
    Seal.SINGLE: 0.28,
    Seal.DOUBLE: 0.19,
    Seal.CARTRIDGE: 0.25,
    Seal.BELLOWS: 0.14,
    Seal.GAS: 0.07,
    Seal.SPLIT: 0.07,
}
_GRADES = {
    Grade.GENERAL: 0.78,
    Grade.API: 0.10,
    Grade.NUCLEAR: 0.03,
    Grade.MARINE: 0.04,
    Grade.CLEAN: 0.05,
}
# The plant's catalogue of series does not depend on a seed: a code means the same seal everywhere.
SERIES_SEAL: Ints = pick(np.random.default_rng(1964), list(_SEALS.values()), SERIES_COUNT)
SERIES_SEAL[: len(Seal)] = list(Seal)


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
_MEDIAN: Floats = np.array([family.size for family in FAMILIES])
_STRETCH: Floats = np.array([family.stretch for family in FAMILIES])
_POOL = np.array([family.pool for family in FAMILIES])
_ALLOWED: Bools = np.array([[m.kind in POOLS[f.pool] for m in MATERIALS] for f in FAMILIES])


def draw(old: int, new: int, streams: Streams) -> Attributes:
    """Draw ``old`` designs of the plant's years and then ``new`` ones of the months after them."""
    rng = streams.of("designs")
    count = old + new
    family = pick(rng, [f.share for f in FAMILIES], count)
    era = _eras(old, new, rng)
    outside = _outside(family, rng)
    series = pick(rng, zipf(SERIES_COUNT, 1.1), count)
    duty = pick(rng, [d.share for d in DUTIES], count)
    drawn = Attributes(
        family=family,
        part=_parts(family, rng),
        material=_materials(family, era, rng),
        rubber=_from_pool("rubber", era, rng),
        outside=outside,
        inside=_inside(family, outside, rng),
        thick=_thickness(family, outside, rng),
        seal=SERIES_SEAL[series],
        series=series,
        standard=rng.random(count) < STANDARD,
        grade=pick(rng, list(_GRADES.values()), count),
        coating=np.array([int(d.coating) for d in DUTIES])[duty],
        raw=np.full(count, int(Raw.BAR)),
        holes=np.array([int(d.holes) for d in DUTIES])[duty],
        keyway=np.array([d.keyway for d in DUTIES])[duty],
        proof=np.array([int(d.proof) for d in DUTIES])[duty],
        bar=np.array([d.bar for d in DUTIES])[duty],
        inches=rng.random(count) < INCHES,
        era=era,
        drawing=np.arange(count),
    )
    _make_variants(drawn, rng)
    _specialise(drawn)
    drawn.raw = _raw(drawn)
    return drawn


def _eras(old: int, new: int, rng: np.random.Generator) -> Floats:
    """Return the year of each design, in order; the plant grows a little."""
    before = YEARS * np.sort(rng.random(old)) ** 0.85
    after = YEARS + 0.25 * np.sort(rng.random(new))
    return np.concatenate([before, after])


def _parts(family: Ints, rng: np.random.Generator) -> Ints:
    """Give most items their family's main part type and the rest one of its rare ones."""
    owners = len(FAMILIES) - len(UNDIVIDED)
    most = -(-SPARE_PARTS // owners)
    spare = pick(rng, zipf(most, 0.7), len(family)) * owners + family - len(UNDIVIDED)
    spare = np.where(spare < SPARE_PARTS, spare, spare - owners)
    rare = (rng.random(len(family)) < 0.2) & (family >= len(UNDIVIDED))
    return np.where(rare, len(FAMILIES) + spare, family)


def _rounded(millimetres: Floats) -> Floats:
    """Round lengths as drawings do: coarser when larger."""
    step = np.select([millimetres < 20, millimetres < 100, millimetres < 300], [0.5, 1.0, 2.0], 5.0)
    lengths: Floats = np.maximum(np.round(millimetres / step) * step, 0.5)
    return lengths


def _outside(family: Ints, rng: np.random.Generator) -> Floats:
    """Return diameters, most of them preferred numbers (twenty to the decade)."""
    size = _MEDIAN[family] * np.exp(rng.normal(0, 0.42, len(family)))
    preferred = 10 ** (np.round(np.log10(size) * 20) / 20)
    return _rounded(np.where(rng.random(len(family)) < 0.77, preferred, size))


def _inside(family: Ints, outside: Floats, rng: np.random.Generator) -> Floats:
    """Return bores: a share of the diameter that each family keeps to."""
    share = 0.7 + 0.025 * (family % 5) + rng.normal(0, 0.012, len(family))
    return _rounded(outside * share)


def _thickness(family: Ints, outside: Floats, rng: np.random.Generator) -> Floats:
    longer = np.array([0.75, 0.9, 1.0, 1.2, 1.5])[rng.integers(5, size=len(family))]
    return _rounded(outside * _STRETCH[family] * longer)


def _from_pool(name: str, era: Floats, rng: np.random.Generator) -> Ints:
    """Draw materials of a pool; the later the year, the more the rising ones are used."""
    members = np.array([n for n, m in enumerate(MATERIALS) if m.kind in POOLS[name]])
    use = np.array([MATERIALS[n].use for n in members]) ** 1.4
    trend = np.array([MATERIALS[n].trend for n in members])
    early = members[pick(rng, use, len(era))]
    late = members[pick(rng, use * trend, len(era))]
    return np.where(rng.random(len(era)) < era / YEARS, late, early)


def _materials(family: Ints, era: Floats, rng: np.random.Generator) -> Ints:
    material = np.zeros(len(family), dtype=np.int64)
    for name in POOLS:
        material = np.where(_POOL[family] == name, _from_pool(name, era, rng), material)
    return material


_COPIED = ("family", "part", "seal", "series", "drawing", "inches", "rubber", "standard")
_CHANGED = (("outside",), ("material",), ("grade",), ("coating", "proof", "holes", "keyway", "bar"))


def _make_variants(drawn: Attributes, rng: np.random.Generator) -> None:
    """Turn part of the designs into variants of an earlier one: same drawing, one thing changed."""
    count = len(drawn)
    parent = (rng.random(count) * np.arange(count)).astype(np.int64)
    variant = rng.random(count) < VARIANTS
    changed = rng.integers(len(_CHANGED), size=count)
    groups: list[tuple[tuple[str, ...], Bools]] = [(_COPIED, variant)]
    groups += [(names, variant & (changed != n)) for n, names in enumerate(_CHANGED)]
    for names, taken in groups:
        for name in names:
            values = getattr(drawn, name)
            setattr(drawn, name, np.where(taken, values[parent], values))
    _refit(drawn, variant, rng)
    # Drawings with a table show parts that have nothing else in common.
    shown = rng.random(count) < TABLES
    drawn.drawing = np.where(shown, drawn.drawing[parent], drawn.drawing)


def _refit(drawn: Attributes, variant: Bools, rng: np.random.Generator) -> None:
    """Bring size and material of variants back to what their family can be."""
    odd = variant & (np.abs(np.log(drawn.outside / _MEDIAN[drawn.family])) > 1.4)
    drawn.outside = np.where(odd, _outside(drawn.family, rng), drawn.outside)
    drawn.inside = np.where(variant, _inside(drawn.family, drawn.outside, rng), drawn.inside)
    drawn.thick = np.where(variant, _thickness(drawn.family, drawn.outside, rng), drawn.thick)
    wrong = ~_ALLOWED[drawn.family, drawn.material]
    drawn.material = np.where(wrong, _materials(drawn.family, drawn.era, rng), drawn.material)


def _specialise(drawn: Attributes) -> None:
    """Take from designs what their kind of part never has; give each the hard layer that suits."""
    turned, faces = drawn.made("ring", "sleeve", "small"), drawn.made("face", "shrink")
    drilled = turned | drawn.made("plate", "vessel")
    assembled = drawn.made("bom", "kit", "vessel")
    hard = drawn.coating == Coating.TC
    steel = drawn.kind(Kind.STEEL, Kind.MARTENSITIC)
    drawn.coating = np.select(
        [hard & faces, ~turned, hard & steel],
        [Coating.DLC, Coating.NONE, Coating.CHROME],
        drawn.coating,
    )
    drawn.bar = np.where(assembled & (drawn.holes == Holes.TAPS), 30, drawn.bar)
    drawn.holes = np.where(drilled, drawn.holes, Holes.NONE)
    drawn.keyway = drawn.keyway & (turned | faces)
    drawn.proof = np.where(drilled, drawn.proof, Proof.NONE)


def _raw(a: Attributes) -> Ints:
    """Say what each part is made from; follows from size, shape and material."""
    flat = a.thick < 0.12 * a.outside
    tall = (a.thick > 1.2 * a.outside) & (a.outside >= 70)
    raw = np.select(
        [a.kind(Kind.BRONZE), a.outside >= 170, flat, tall],
        [Raw.CAST, Raw.FORGED, Raw.PLATE, Raw.PIPE],
        Raw.BAR,
    )
    bought = a.kind(Kind.CARBON, Kind.SIC, Kind.TUNGSTEN, Kind.CERAMIC, Kind.RUBBER)
    return np.where(bought, Raw.BOUGHT, raw).astype(np.int64)
