"""What an item really is, before anybody writes it down: all tables follow from this."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

import numpy as np

from routingml_site.plant.families import FAMILIES
from routingml_site.plant.materials import MATERIALS, Kind
from routingml_site.plant.streams import Bools, Floats, Ints

KINDS: Ints = np.array([int(material.kind) for material in MATERIALS])
PROCESS = np.array([family.process for family in FAMILIES])


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
    """Arrays with one entry an item.

    Lengths are millimetres, ``bar`` is the test pressure (0 for none), ``era`` counts years since
    the first routing, ``drawing`` numbers the drawing that variants of a part share.
    """

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

    def made(self, *processes: str) -> Bools:
        """Tell which items are made by one of the processes."""
        found: Bools = np.isin(PROCESS[self.family], processes)
        return found
