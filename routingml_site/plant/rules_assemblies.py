"""How the plant makes what is put together: seals, kits, bellows and vessels."""

from __future__ import annotations

from routingml_site.plant.attributes import Attributes, Grade, Holes, Proof, Seal
from routingml_site.plant.materials import Kind
from routingml_site.plant.rules_parts import Steps, critical, everyone

LASER = 2.0
"""Year in which kits that customers trace began to be marked by laser instead of stamped."""


def bom(a: Attributes) -> Steps:
    """Complete seals: what is assembled, where, and how it is proved."""
    gas, bellows = a.seal == Seal.GAS, a.seal == Seal.BELLOWS
    cartridge = ((a.seal == Seal.CARTRIDGE) | (a.seal == Seal.DOUBLE)) & (a.outside >= 60)
    large = a.outside >= 103
    pressed = (a.bar >= 30) & ~gas
    return [
        ("PR01", everyone(a)),
        ("CL02", everyone(a)),
        ("FL01", a.kind(Kind.SIC, Kind.TUNGSTEN)),
        ("AS01", cartridge & large),
        ("AS04", gas),
        ("AS03", cartridge),
        ("AS02", ~gas & ~cartridge),
        ("TS01", pressed & (cartridge | large)),
        ("TS02", cartridge | bellows),
        ("TS03", gas),
        ("MK01", everyone(a)),
        ("IN02", everyone(a)),
        ("DC01", critical(a)),
        ("PK01", ~large),
        ("PK03", large),
    ]


def kit(a: Attributes) -> Steps:
    """Repair kits: picked, checked, partly assembled, packed by what is inside."""
    double = (a.seal == Seal.DOUBLE) | (a.seal == Seal.CARTRIDGE)
    large = a.outside >= 105
    lapped = a.bar >= 30
    sealed = a.kind(Kind.RUBBER) & large
    return [
        ("PR01", everyone(a)),
        ("KT01", everyone(a)),
        ("LP01", lapped),
        ("FL01", lapped),
        ("CL02", lapped | (a.grade == Grade.CLEAN)),
        ("AS01", double & ~a.standard),
        ("KT02", everyone(a)),
        ("MK02", critical(a) & (a.era < LASER)),
        ("MK01", critical(a) & (a.era >= LASER)),
        ("IN01", a.seal == Seal.BELLOWS),
        ("PK02", sealed),
        ("PK01", ~sealed),
    ]


def bellows(a: Attributes) -> Steps:
    """Metal bellows: pressed, welded, proved tight."""
    alloy = a.kind(Kind.ALLOY)
    large = a.outside >= 87
    formed = a.standard
    tight = (a.bar >= 30) | critical(a)
    return [
        ("PR01", everyone(a)),
        ("PS01", ~formed),
        ("PS02", formed),
        ("CL02", everyone(a)),
        ("WD02", ~formed),
        ("HT03", alloy & ~formed),
        ("LT02", large),
        ("TS04", tight),
        ("TS02", ~tight),
        ("IN02", everyone(a)),
        ("PK01", everyone(a)),
    ]


def vessel(a: Attributes) -> Steps:
    """Reservoirs, coolers and piping: welded, radiographed, pressed, painted."""
    big = a.outside >= 190
    stainless = a.kind(Kind.STAINLESS, Kind.DUPLEX)
    pipe = a.outside < 90
    return [
        ("SW01", everyone(a)),
        ("RL01", big),
        ("MC02", (a.holes == Holes.PORTS) & ~pipe),
        ("WD05", pipe),
        ("WD01", ~pipe),
        ("HT02", big & ~stainless),
        ("IN04", critical(a) & ~big),
        ("IN05", (a.proof == Proof.RADIOGRAPH) | (critical(a) & big)),
        ("TS01", everyone(a)),
        ("PL08", stainless),
        ("PT01", ~stainless),
        ("IN02", everyone(a)),
        ("DC01", critical(a)),
        ("PK03", ~pipe),
    ]
