"""The plant's materials: grade, class, how hard each is to machine, and how people spell it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from routingml_site.plant import declared


class Kind(IntEnum):
    """Classes of material that the shop treats alike."""

    CARBON = 0
    SIC = 1
    TUNGSTEN = 2
    CERAMIC = 3
    STAINLESS = 4
    MARTENSITIC = 5
    DUPLEX = 6
    ALLOY = 7
    TITANIUM = 8
    STEEL = 9
    BRONZE = 10
    RUBBER = 11
    PTFE = 12
    GRAPHITE = 13


@dataclass(frozen=True, slots=True)
class Material:
    """A grade.  ``effort`` lengthens machining; ``trend`` is its use at the end over the start."""

    code: str
    kind: Kind
    effort: float
    use: float
    trend: float
    spellings: tuple[str, ...]
    descriptions: tuple[str, ...]


def _material(row: dict[str, str]) -> Material:
    return Material(
        code=row["code"],
        kind=Kind[row["kind"]],
        effort=float(row["effort"]),
        use=float(row["use"]),
        trend=float(row["trend"]),
        spellings=(row["code"], *declared.words(row["spellings"])),
        descriptions=declared.words(row["descriptions"]),
    )


MATERIALS: tuple[Material, ...] = tuple(_material(row) for row in declared.rows("materials"))

POOLS: dict[str, tuple[Kind, ...]] = {
    "face": (Kind.CARBON, Kind.SIC, Kind.TUNGSTEN, Kind.CERAMIC),
    "metal": (
        Kind.STAINLESS,
        Kind.MARTENSITIC,
        Kind.DUPLEX,
        Kind.ALLOY,
        Kind.TITANIUM,
        Kind.STEEL,
        Kind.BRONZE,
    ),
    "fine": (Kind.STAINLESS, Kind.ALLOY, Kind.TITANIUM, Kind.MARTENSITIC),
    "rubber": (Kind.RUBBER, Kind.PTFE),
    "gasket": (Kind.PTFE, Kind.GRAPHITE),
    "heavy": (Kind.STAINLESS, Kind.STEEL, Kind.DUPLEX),
}
"""Which classes a family may be made of."""
