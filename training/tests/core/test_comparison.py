"""Versions are compared on items that both were asked about, whatever else each has seen."""

from __future__ import annotations

from typing import Any

import pytest

from training.core.comparison import LEAST_IN_FAMILY, Way, compare, sample, unseen
from training.core.verdict import Reason

BETTER = {"match": 0.9, "errors": [0.5, 0.7]}
BEFORE = {"match": 0.9, "errors": [1.0, 1.2]}


def measured(start: int, end: int, figures: dict[str, Any]) -> list[dict[str, Any]]:
    """Return figures of the items of some numbers, even ones seals and odd ones rings."""
    return [
        {"code": f"I{number}", "family": ["SEAL", "RING"][number % 2], **figures}
        for number in range(start, end)
    ]


def test_only_items_that_both_were_asked_about_count() -> None:
    found = compare(measured(40, 120, BETTER), measured(0, 100, BEFORE), champion="old")
    assert found.verdict.items == 60
    assert found.verdict.wins
    assert found.overall is not None
    assert found.overall.trim_mae == pytest.approx(0.6)
    assert found.overall.trim_mae_before == pytest.approx(1.1)


def test_each_family_has_its_own_line_unless_it_is_tiny() -> None:
    new, old = measured(0, 60, BETTER), measured(0, 60, BEFORE)
    for rows in (new, old):
        for row in rows[: LEAST_IN_FAMILY - 1]:
            row["family"] = "RARE"
    found = compare(new, old, champion="old")
    assert [line.family for line in found.families] == ["RING", "SEAL"]
    assert sum(line.items for line in found.families) == 60 - LEAST_IN_FAMILY + 1


def test_versions_measured_on_different_items_are_not_judged() -> None:
    found = compare(measured(0, 50, BETTER), measured(50, 99, BEFORE), champion="b")
    assert found.overall is None
    assert not found.verdict.wins
    assert found.verdict.reasons == (Reason.TOO_FEW_ITEMS,)


def test_much_the_same_items_keep_much_the_same_sample() -> None:
    codes = [f"I{number}" for number in range(1000)]
    first = {codes[place] for place in sample(codes[:900], 100).tolist()}
    later = {codes[100:][place] for place in sample(codes[100:], 100).tolist()}
    assert len(first) == len(later) == 100
    assert len(first & later) > 75


def test_it_is_told_how_the_figures_of_the_version_before_came_about() -> None:
    theirs, ways = unseen(measured(30, 50, BEFORE), measured(0, 30, BETTER), Way.KEPT)
    assert ways == {Way.NEW: 20, Way.KEPT: 30, Way.STOOD_IN: 0}
    assert len(theirs) == 50
