"""What a page shows of the candidates and of the verdict against the active version."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string

from training.core.comparison import compare
from training.tests.core.test_comparison import BEFORE, BETTER, measured


def shown(**context: Any) -> str:
    """Return the part of the page as text on one line."""
    given: dict[str, Any] = {"candidates": {}, "versus": {}} | context
    return " ".join(render_to_string("training/_candidates.html", given).split())


def test_the_page_says_that_the_new_version_is_better_and_in_which_families() -> None:
    found = compare(measured(0, 60, BETTER), measured(0, 60, BEFORE), version="b", champion="a")
    page = shown(versus=found.to_json())
    assert "The new version is better." in page
    for word in ("SEAL", "RING", "0.600", "1.100"):
        assert word in page


def test_the_page_names_a_winner_that_a_version_cannot_hold() -> None:
    each = {"trim_mae": 1.0, "mae": 2.0, "seconds": 3.0, "verdict": None}
    told = {
        "items": 90, "spec": {"folds": 5}, "chosen": "boosting", "best": "stacking",
        "results": {"boosting": each, "stacking": each},
    }  # fmt: skip
    assert "stacking is the best, but a version cannot hold it" in shown(candidates=told)


def test_without_a_comparison_nothing_is_shown() -> None:
    assert "<section" not in shown()
