"""How the plant makes what is put together: seals, kits, bellows and vessels."""

from __future__ import annotations

from routingml_site.plant.attributes import Attributes, Grade, Holes, Proof, Seal
from routingml_site.plant.materials import Kind
from routingml_site.plant.rules_parts import Steps, everyone


def bom(a: Attributes) -> Steps:
    """Complete seals: what is assembled, where, and how it is proved."""
    gas = a.seal == Seal.GAS
    cartridge = ((a.seal == Seal.CARTRIDGE) | (a.seal == Seal.DOUBLE)) & (a.outside >= 60)
    bellows = a.seal == Seal.BELLOWS
    large = a.outside >= 130
    api, nuclear = a.grade == Grade.API, a.grade == Grade.NUCLEAR
    wet = (a.bar >= 30) & ~gas
    return [
        ("PR01", everyone(a)),
        ("KT02", a.standard & ~cartridge),
        ("CL02", gas | (a.grade != Grade.GENERAL)),
        ("AS01", cartridge & (large | (a.seal == Seal.DOUBLE))),
        ("AS04", gas),
        ("AS03", cartridge),
        ("AS02", ~gas & ~cartridge),
        ("LP01", (a.seal == Seal.SPLIT) & ~a.standard),
        ("TS01", wet & (cartridge | large)),
        ("TS02", (cartridge | bellows) & (~a.standard | api)),
        ("TS03", gas | (api & large)),
        ("TS04", bellows & (a.bar >= 45)),
        ("IN08", nuclear | (api & (a.bar >= 60))),
        ("MK01", ~a.standard & (cartridge | gas | api)),
        ("MK02", a.standard & large),
        ("IN02", ~(a.standard & (a.outside < 60))),
        ("DC01", api | nuclear | (a.grade == Grade.MARINE)),
        ("PK01", ~large),
        ("PK03", large),
    ]


def kit(a: Attributes) -> Steps:
    """Repair kits: picked, checked, partly assembled, packed by what is inside."""
    perishable = a.kind(Kind.RUBBER)
    dear = a.kind(Kind.PTFE) | (a.rubber == a.material)
    double = (a.seal == Seal.DOUBLE) | (a.seal == Seal.CARTRIDGE)
    large = a.outside >= 100
    faces = a.holes != Holes.NONE
    return [
        ("PR01", ~a.standard),
        ("KT01", everyone(a)),
        ("LP01", faces & (double | large)),
        ("FL01", faces & large),
        ("CL02", faces | (a.grade == Grade.CLEAN)),
        ("AS01", double & ~a.standard),
        ("KT02", double | (a.seal == Seal.GAS)),
        ("TS02", (a.seal == Seal.BELLOWS) & (a.bar >= 30)),
        ("MK02", (a.grade == Grade.API) | (a.grade == Grade.MARINE)),
        ("IN01", (a.grade == Grade.NUCLEAR) | (a.seal == Seal.BELLOWS)),
        ("PK02", perishable & (large | dear)),
        ("PK01", ~(perishable & (large | dear))),
    ]


def bellows(a: Attributes) -> Steps:
    """Metal bellows: pressed, welded, proved tight."""
    alloy = a.kind(Kind.ALLOY, Kind.TITANIUM)
    large = a.outside >= 100
    formed = a.standard | (a.outside < 55)
    return [
        ("PS01", ~formed),
        ("PS02", formed),
        ("CL02", ~formed | alloy),
        ("WD02", ~formed),
        ("HT03", a.kind(Kind.ALLOY) & ~formed),
        ("LT02", large),
        ("LT01", ~large & ~formed),
        ("WD04", alloy & large),
        ("WD01", ~(alloy & large) & (a.holes != Holes.NONE)),
        ("TS04", (a.bar >= 30) | (a.grade != Grade.GENERAL)),
        ("TS02", ~((a.bar >= 30) | (a.grade != Grade.GENERAL))),
        ("TS05", ~formed),
        ("IN04", a.proof != Proof.NONE),
        ("IN02", everyone(a)),
    ]


def vessel(a: Attributes) -> Steps:
    """Reservoirs, coolers and piping: welded, radiographed, pressed, painted."""
    big = a.outside >= 170
    stainless = a.kind(Kind.STAINLESS, Kind.DUPLEX)
    pipe = a.outside < 90
    stamped = (a.grade == Grade.API) | (a.grade == Grade.NUCLEAR)
    return [
        ("SW01", everyone(a)),
        ("RL01", big),
        ("DR01", a.holes == Holes.TAPS),
        ("MC02", (a.holes == Holes.PORTS) & ~pipe),
        ("WD05", pipe | ~big),
        ("WD01", ~pipe & (big | stamped)),
        ("HT02", big & ~stainless),
        ("IN04", (a.proof == Proof.PENETRANT) | (stamped & ~big)),
        ("IN05", (a.proof == Proof.RADIOGRAPH) | (stamped & big)),
        ("TS01", (a.bar >= 15) | big),
        ("TS02", ~((a.bar >= 15) | big)),
        ("PL08", stainless),
        ("SB01", ~stainless & big),
        ("PT01", ~stainless),
        ("IN02", everyone(a)),
        ("DC01", stamped),
        ("PK03", big),
    ]
