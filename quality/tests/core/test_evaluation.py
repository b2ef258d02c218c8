"""The figures of a cycle by group: families too small to say anything are one."""

from __future__ import annotations

from quality.core.evaluation import SMALL, families
from quality.core.results import ItemResult


def item(code: str, family: str) -> ItemResult:
    return ItemResult(
        code, family, unseen=False, confidence=0.9, similarity=0.9, abstained=False,
        candidates=(), valid=(), operations=(),
    )  # fmt: skip


def test_a_plant_with_hundreds_of_families_is_measured_by_those_with_enough_items() -> None:
    large = [item(f"L{n}", "RING") for n in range(20)] + [item(f"M{n}", "SLEEVE") for n in range(5)]
    rare = [item(f"R{n}", f"RARE{n}") for n in range(200)]
    named = families([*large, *rare])
    assert set(named.values()) == {"RING", "SLEEVE", SMALL}
    assert sum(name == SMALL for name in named.values()) == 200


def test_a_sample_of_a_few_items_keeps_its_families() -> None:
    assert families([item("A", "RING")]) == {"A": "RING"}
    assert families([item("A", "RING"), item("B", "")]) == {"A": SMALL, "B": SMALL}
