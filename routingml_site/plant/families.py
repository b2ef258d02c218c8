"""The plant's product families and the part types that stand for them."""

from __future__ import annotations

from dataclasses import dataclass

from routingml_site.plant import declared


@dataclass(frozen=True, slots=True)
class Family:
    """A product family.

    ``process`` names the way it is made, ``pool`` the materials it may be of, ``size`` the median
    outside diameter in millimetres, ``stretch`` its thickness over its diameter, ``share`` its
    weight among all items.
    """

    part: str
    name: str
    words: tuple[str, ...]
    share: float
    process: str
    pool: str
    size: float
    stretch: float
    group: str
    group_name: str
    account: str


def _family(row: dict[str, str]) -> Family:
    return Family(
        part=row["part"],
        name=row["name"],
        words=(row["name"], *declared.words(row["words"])),
        share=float(row["share"]),
        process=row["process"],
        pool=row["pool"],
        size=float(row["size"]),
        stretch=float(row["stretch"]),
        group=row["group"],
        group_name=row["group_name"],
        account=row["account"],
    )


FAMILIES: tuple[Family, ...] = tuple(_family(row) for row in declared.rows("families"))
UNDIVIDED = ("KBM", "233")
"""The first families have one part type each; the others share the rare ones in turn."""
SPARE_PARTS = 424 - len(FAMILIES)
"""Rare part types beside the main one of each family."""
