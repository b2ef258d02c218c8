"""How the plant makes single parts: which operation an item needs, in the order they are done.

A rule function takes the attributes of items made by one process and returns its steps: an
operation and, for each item, whether it needs it.
"""

from __future__ import annotations

import numpy as np

from routingml_site.plant.attributes import (
    Attributes,
    Coating,
    Grade,
    Holes,
    Proof,
    Raw,
    Seal,
)
from routingml_site.plant.materials import Kind
from routingml_site.plant.streams import Bools

Steps = list[tuple[str, Bools]]
TOUGH = (Kind.DUPLEX, Kind.ALLOY, Kind.TITANIUM)


def everyone(a: Attributes) -> Bools:
    """Return a mask that holds for all items."""
    return np.ones(len(a), dtype=bool)


def ring(a: Attributes) -> Steps:
    """Turned and milled rings: glands, retainers, collars, flanges."""
    tough, hard = a.kind(*TOUGH), a.kind(Kind.MARTENSITIC)
    small = a.outside < np.where(tough, 80, 105)
    large = (a.outside >= np.where(tough, 220, 260)) & ~small
    tc, stellite = a.coating == Coating.TC, a.coating == Coating.STELLITE
    careful = (a.grade == Grade.API) | (a.grade == Grade.NUCLEAR)
    ports, taps = a.holes == Holes.PORTS, a.holes == Holes.TAPS
    return [
        ("SW01", (a.raw == Raw.BAR) & ~(small & a.standard)),
        ("SW02", a.raw == Raw.PLATE),
        ("PR02", a.raw == Raw.FORGED),
        ("CS01", a.raw == Raw.CAST),
        ("HT02", large & (a.raw != Raw.CAST)),
        ("LT07", small & a.standard),
        ("LT01", small & ~a.standard),
        ("LT02", ~small & ~large),
        ("LT03", large),
        ("PL05", stellite),
        ("HT01", hard),
        ("LT06", stellite | hard),
        ("MC01", ports & ~large),
        ("MC02", ports & large),
        ("DR01", taps & ~(small & a.standard)),
        ("WE01", a.keyway & (hard | tough)),
        ("SL01", a.keyway & ~(hard | tough)),
        ("PL04", tc),
        ("GD01", tc),
        ("IN04", a.proof == Proof.PENETRANT),
        ("IN05", a.proof == Proof.RADIOGRAPH),
        ("DB01", ~small | ports),
        ("TS01", ports & (a.bar >= 30)),
        ("PL08", careful & a.kind(Kind.STAINLESS, Kind.DUPLEX)),
        ("CL03", a.grade == Grade.CLEAN),
        ("MK01", careful | a.standard),
        ("IN02", everyone(a)),
    ]


def sleeve(a: Attributes) -> Steps:
    """Sleeves, bushings and nuts: turned inside and out, ground where something runs on them."""
    tough, hard = a.kind(*TOUGH), a.kind(Kind.MARTENSITIC)
    small = a.outside < np.where(tough, 60, 75)
    large = a.outside >= 150
    long = a.thick >= 1.2 * a.outside
    coated = (a.coating == Coating.TC) | (a.coating == Coating.CHROME)
    return [
        ("SW01", (a.raw == Raw.BAR) | (a.raw == Raw.PIPE)),
        ("PR02", (a.raw == Raw.FORGED) | (a.raw == Raw.CAST)),
        ("DR02", long & (a.raw == Raw.BAR) & ~small),
        ("LT01", small),
        ("LT02", ~small & ~large),
        ("LT03", large),
        ("HT01", hard),
        ("PL05", a.coating == Coating.STELLITE),
        ("LT06", hard | (a.coating == Coating.STELLITE)),
        ("SL01", a.keyway & ~tough),
        ("WE01", a.keyway & tough),
        ("DR01", a.holes != Holes.NONE),
        ("PL04", a.coating == Coating.TC),
        ("PL01", a.coating == Coating.CHROME),
        ("GD01", coated | hard | (long & (a.grade == Grade.API))),
        ("IN04", (a.proof == Proof.PENETRANT) & ~coated),
        ("DB01", a.holes != Holes.NONE),
        ("BL01", large & (a.seal == Seal.GAS)),
        ("CL03", a.grade == Grade.CLEAN),
        ("MK01", (a.grade == Grade.API) | (a.grade == Grade.NUCLEAR)),
        ("IN02", everyone(a)),
    ]


def face(a: Attributes) -> Steps:
    """Seal faces: ground and lapped flat; what comes first depends on the material."""
    carbon, ceramic = a.kind(Kind.CARBON), a.kind(Kind.CERAMIC)
    stone = a.kind(Kind.SIC, Kind.TUNGSTEN)
    large, small = a.outside >= 130, a.outside < 60
    gas = a.seal == Seal.GAS
    fine = gas | (a.grade == Grade.API) | (a.bar >= 45)
    return [
        ("PR02", ~carbon & large),
        ("LT01", carbon & ~large),
        ("LT02", carbon & large),
        ("GD03", stone & ~small),
        ("GD02", stone | ceramic),
        ("WE01", a.keyway & a.kind(Kind.TUNGSTEN)),
        ("MC01", a.keyway & carbon),
        ("LZ01", gas & stone),
        ("PL06", (a.coating == Coating.DLC) & stone),
        ("LP01", ~(small & a.standard)),
        ("LP02", fine | (small & a.standard)),
        ("PO01", carbon & ~fine),
        ("FL01", fine & ~small),
        ("TS04", carbon & (a.bar >= 45)),
        ("CL02", stone | gas),
        ("IN03", (a.grade == Grade.NUCLEAR) | (gas & large)),
        ("IN02", everyone(a)),
        ("PK02", gas | (large & ~carbon)),
    ]


def shrink(a: Attributes) -> Steps:
    """Faces shrunk or bonded into holders, finished together."""
    tough = a.kind(*TOUGH)
    small, large = a.outside < 70, a.outside >= 140
    hot = (a.seal == Seal.BELLOWS) | (a.bar >= 45)
    return [
        ("SW01", a.kind(Kind.STAINLESS, Kind.MARTENSITIC, Kind.STEEL, Kind.BRONZE) & ~small),
        ("LT01", small),
        ("LT02", ~small),
        ("MC01", a.holes == Holes.PORTS),
        ("DR01", a.holes == Holes.TAPS),
        ("SF01", hot | ~small),
        ("AS01", ~hot & small),
        ("GD02", everyone(a)),
        ("LP01", ~large | tough),
        ("LP02", large | (a.grade == Grade.API)),
        ("TS02", hot),
        ("FL01", a.grade != Grade.GENERAL),
        ("CL02", everyone(a)),
        ("IN02", everyone(a)),
    ]


def oring(a: Attributes) -> Steps:
    """Moulded rubber and turned plastic rings."""
    rubber = a.kind(Kind.RUBBER)
    large = a.outside >= 110
    clean = (a.grade == Grade.CLEAN) | (a.grade == Grade.NUCLEAR)
    return [
        ("RB01", rubber & ~large),
        ("RB03", rubber & large),
        ("LT01", ~rubber & ~large),
        ("LT05", ~rubber & large),
        ("RB04", rubber & ((a.material % 2 == 0) | clean)),
        ("RB02", rubber | a.standard),
        ("TS06", rubber & (a.bar >= 30)),
        ("CL01", ~clean),
        ("CL03", clean),
        ("IN01", ~rubber & a.standard),
        ("IN02", everyone(a)),
        ("MK02", clean),
        ("PK01", rubber | clean),
    ]


def gasket(a: Attributes) -> Steps:
    """Gaskets, cut from sheet or wound."""
    wound = a.kind(Kind.GRAPHITE) & (a.outside >= 90)
    plastic = a.kind(Kind.PTFE)
    large = a.outside >= 160
    return [
        ("GK02", wound),
        ("LT05", plastic & ~large & (a.bar >= 30)),
        ("GK01", ~wound & ~(plastic & ~large & (a.bar >= 30))),
        ("PS01", ~wound & a.standard),
        ("WD01", wound & large),
        ("RB02", plastic),
        ("CL03", a.grade == Grade.CLEAN),
        ("IN07", wound & (a.grade != Grade.GENERAL)),
        ("IN02", everyone(a)),
        ("PK01", large | a.standard),
    ]


def spring(a: Attributes) -> Steps:
    """Springs, wound or stamped."""
    alloy = a.kind(Kind.ALLOY, Kind.TITANIUM)
    fine = a.outside < 18
    wave = a.thick < 0.3 * a.outside
    return [
        ("SP01", ~wave),
        ("PS01", wave),
        ("HT03", alloy),
        ("HT02", ~alloy & ~(fine & a.standard)),
        ("SP02", ~fine & ~wave),
        ("SB01", (a.grade == Grade.API) | (a.bar >= 30)),
        ("PL08", a.kind(Kind.STAINLESS) & ~a.standard),
        ("TS05", ~a.standard | (a.grade != Grade.GENERAL)),
        ("CL01", fine),
        ("IN02", everyone(a)),
    ]


def small(a: Attributes) -> Steps:
    """Screws and pins."""
    hard, tough = a.kind(Kind.MARTENSITIC), a.kind(*TOUGH)
    tiny = a.outside < 8
    return [
        ("PR01", a.standard),
        ("LT01", ~a.standard & ~tiny),
        ("LT07", ~a.standard & tiny),
        ("DR01", a.holes != Holes.NONE),
        ("HT01", hard),
        ("GD05", tough | hard),
        ("PL02", a.coating != Coating.NONE),
        ("DB01", ~a.standard & ~tiny),
        ("CL01", tiny | a.standard),
        ("IN07", (a.grade == Grade.NUCLEAR) | (a.grade == Grade.API)),
        ("IN02", ~a.standard | tough),
    ]


def plate(a: Attributes) -> Steps:
    """Plates, brackets and rings cut from sheet."""
    thick, large = a.thick >= 5, a.outside >= 90
    steel = a.kind(Kind.STEEL)
    return [
        ("SW03", ~thick),
        ("SW02", thick),
        ("PS01", ~thick & a.standard),
        ("RL01", large & ~thick & ~steel),
        ("MC01", thick & (a.holes != Holes.NONE)),
        ("DR01", ~thick & (a.holes != Holes.NONE)),
        ("WD01", large & (a.holes == Holes.PORTS)),
        ("DB01", everyone(a)),
        ("PT01", steel & large),
        ("PL02", steel & ~large),
        ("MK02", a.grade != Grade.GENERAL),
        ("IN02", ~(a.standard & ~large)),
    ]
