"""The figures of a cycle by group: families too small to say anything are one."""

from __future__ import annotations

from dataclasses import replace

from quality.core.evaluation import SMALL, evaluate, families
from quality.core.results import BOTH, ItemResult, OperationResult


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


def test_every_figure_counts_an_item_as_often_as_its_kind_occurs() -> None:
    def subcontracted(code: str, weight: float, *, is_right: bool) -> ItemResult:
        operation = OperationResult(
            "P", "Plating", BOTH, predicted=1.0, actual=1.0 if is_right else 3.0,
            outsourced=True, truly_outsourced=is_right,
        )  # fmt: skip
        jobs = ("P",) if is_right else ("P", "Q")
        return replace(
            item(code, "RING"), weight=weight, abstained=not is_right, candidates=(("P",),),
            valid=(jobs,), operations=(operation,),
        )  # fmt: skip

    items = [subcontracted("A", 1.5, is_right=True), subcontracted("B", 0.5, is_right=False)]
    overall = evaluate(items, cv=None)["overall"]
    assert overall["exact_match"] == overall["outsourcing_success"] == 0.75
    assert overall["outsourcing_precision"] == 0.75
    assert overall["abstention"] == 0.25
    assert overall["mae"] == 0.5
