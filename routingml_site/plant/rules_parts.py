"""How the plant makes single parts: which operation an item needs, in the order they are done.

A rule function takes the attributes of items made by one process and returns its steps: an
operation and, for each item, whether it needs it.
"""

from __future__ import annotations

import numpy as np

from routingml_site.plant.attributes import Attributes, Coating, Grade, Holes, Proof, Raw, Seal
from routingml_site.plant.materials import Kind
from routingml_site.plant.streams import Bools

Steps = list[tuple[str, Bools]]
TOUGH = (Kind.DUPLEX, Kind.ALLOY, Kind.TITANIUM)


def everyone(a: Attributes) -> Bools:
    """Return a mask that holds for all items."""
    return np.ones(len(a), dtype=bool)


def critical(a: Attributes) -> Bools:
    """Tell whose customer wants every part marked and documented."""
    wanted: Bools = (a.grade == Grade.API) | (a.grade == Grade.NUCLEAR)
    return wanted


def ring(a: Attributes) -> Steps:
    """Turned and milled rings: glands, retainers, collars, flanges."""
    tough = a.kind(*TOUGH)
    small = a.outside < np.where(tough, 65, 85)
    large = a.outside >= np.where(tough, 140, 170)
    coated = (a.coating == Coating.TC) | (a.coating == Coating.CHROME)
    stellite, ports = a.coating == Coating.STELLITE, a.holes == Holes.PORTS
    bought = large & (a.raw == Raw.FORGED)
    return [
        ("SW01", ~bought),
        ("PR02", bought),
        ("LT01", small),
        ("LT02", ~small & ~large),
        ("LT03", large),
        ("IN01", everyone(a)),
        ("PL05", stellite),
        ("LT06", stellite),
        ("MC01", ports & ~large),
        ("MC02", ports & large),
        ("DR01", a.holes == Holes.TAPS),
        ("SL01", a.keyway),
        ("PL04", a.coating == Coating.TC),
        ("PL01", a.coating == Coating.CHROME),
        ("GD01", coated),
        ("IN04", a.proof == Proof.PENETRANT),
        ("DB01", everyone(a)),
        ("TS01", ports & ~small),
        ("PL08", a.kind(Kind.STAINLESS) & ~coated),
        ("CL01", everyone(a)),
        ("IN02", everyone(a)),
        ("PK01", everyone(a)),
    ]


def sleeve(a: Attributes) -> Steps:
    """Sleeves, bushings and nuts: turned inside and out, ground where something runs on them."""
    hard, tough = a.kind(Kind.MARTENSITIC, Kind.STEEL), a.kind(*TOUGH)
    large = a.outside >= 85
    coated = (a.coating == Coating.TC) | (a.coating == Coating.CHROME)
    return [
        ("SW01", everyone(a)),
        ("LT01", ~large),
        ("LT02", large),
        ("IN01", everyone(a)),
        ("HT01", hard),
        ("PL05", a.coating == Coating.STELLITE),
        ("SL01", a.keyway & ~tough),
        ("WE01", a.keyway & tough),
        ("DR01", a.holes != Holes.NONE),
        ("PL04", a.coating == Coating.TC),
        ("PL01", a.coating == Coating.CHROME),
        ("GD01", coated | hard),
        ("DB01", everyone(a)),
        ("CL01", everyone(a)),
        ("MK01", critical(a) & large),
        ("IN02", everyone(a)),
        ("PK01", everyone(a)),
    ]


def face(a: Attributes) -> Steps:
    """Seal faces: ground and lapped flat; what comes first depends on the material."""
    carbon, ceramic = a.kind(Kind.CARBON), a.kind(Kind.CERAMIC)
    large = a.outside >= 82
    gas = (a.seal == Seal.GAS) & ~carbon
    fine = gas | critical(a) | (a.bar >= 60)
    return [
        ("PR02", everyone(a)),
        ("LT01", carbon & ~large),
        ("LT02", carbon & large),
        ("GD03", ~carbon & ~ceramic),
        ("GD02", ~carbon),
        ("WE01", a.keyway & ~carbon),
        ("LZ01", gas),
        ("PL06", (a.coating == Coating.DLC) & ~carbon),
        ("LP01", everyone(a)),
        ("LP02", fine),
        ("PO01", carbon & ~fine),
        ("FL01", everyone(a)),
        ("CL02", ~carbon),
        ("IN02", everyone(a)),
        ("PK02", gas | large),
        ("PK01", ~(gas | large)),
    ]


def shrink(a: Attributes) -> Steps:
    """Faces shrunk or bonded into holders, finished together."""
    large = a.outside >= 110
    hot = (a.seal == Seal.BELLOWS) | (a.bar >= 30)
    return [
        ("PR02", everyone(a)),
        ("LT01", ~large),
        ("LT02", large),
        ("DR01", a.keyway),
        ("SF01", hot | large),
        ("AS01", ~(hot | large)),
        ("GD02", everyone(a)),
        ("LP01", everyone(a)),
        ("LP02", a.grade == Grade.API),
        ("TS02", hot),
        ("CL02", everyone(a)),
        ("IN02", everyone(a)),
    ]


def oring(a: Attributes) -> Steps:
    """Moulded rubber and turned plastic rings."""
    rubber = a.kind(Kind.RUBBER)
    large = a.outside >= 77
    clean = (a.grade == Grade.CLEAN) | (a.grade == Grade.NUCLEAR)
    cured = rubber & (np.isin(a.material % 3, [0]) | clean)
    return [
        ("PR01", everyone(a)),
        ("RB01", rubber & ~large),
        ("RB03", rubber & large),
        ("LT01", ~rubber),
        ("RB04", cured),
        ("RB02", everyone(a)),
        ("TS06", rubber & (a.bar >= 30)),
        ("CL01", ~clean),
        ("CL03", clean),
        ("IN02", everyone(a)),
        ("PK01", everyone(a)),
    ]


def gasket(a: Attributes) -> Steps:
    """Gaskets, cut from sheet or wound."""
    wound, large = a.kind(Kind.GRAPHITE), a.outside >= 125
    stamped = ~wound & a.standard
    return [
        ("PR01", everyone(a)),
        ("GK02", wound),
        ("WD01", wound & large),
        ("GK01", ~wound & ~stamped),
        ("PS01", stamped),
        ("LT05", ~wound & large),
        ("RB02", ~wound),
        ("CL03", a.grade == Grade.CLEAN),
        ("IN02", everyone(a)),
        ("PK01", everyone(a)),
    ]


def spring(a: Attributes) -> Steps:
    """Springs, wound or stamped."""
    alloy = a.kind(Kind.ALLOY, Kind.TITANIUM)
    wave = a.thick < 0.3 * a.outside
    return [
        ("PR01", everyone(a)),
        ("SP01", ~wave),
        ("PS01", wave),
        ("HT03", alloy),
        ("HT02", ~alloy),
        ("SP02", ~wave),
        ("SB01", a.bar >= 30),
        ("PL08", a.kind(Kind.STAINLESS) & ~a.standard),
        ("TS05", ~a.standard),
        ("CL01", everyone(a)),
        ("IN02", everyone(a)),
    ]


def small(a: Attributes) -> Steps:
    """Screws and pins."""
    hard, tough = a.kind(Kind.MARTENSITIC), a.kind(*TOUGH)
    return [
        ("PR01", everyone(a)),
        ("LT01", ~a.standard & ~tough),
        ("LT07", ~a.standard & tough),
        ("DR01", (a.holes != Holes.NONE) & ~a.standard),
        ("HT01", hard),
        ("PL02", a.coating != Coating.NONE),
        ("CL01", everyone(a)),
        ("IN02", everyone(a)),
    ]


def plate(a: Attributes) -> Steps:
    """Plates, brackets and rings cut from sheet."""
    large, drilled = a.outside >= 80, a.holes != Holes.NONE
    steel = a.kind(Kind.STEEL)
    return [
        ("SW03", ~large),
        ("SW02", large),
        ("MC01", large & drilled),
        ("DR01", ~large & drilled),
        ("DB01", everyone(a)),
        ("PT01", steel),
        ("IN02", everyone(a)),
        ("PK01", everyone(a)),
    ]
