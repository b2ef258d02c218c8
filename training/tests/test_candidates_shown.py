"""What a page shows of the candidates and of the verdict against the active version."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.template.loader import render_to_string
from rich.console import Console

from training import wording
from training.core.comparison import compare
from training.management import comparing
from training.tests.core.test_comparison import BEFORE, BETTER, measured
from training.views import plots


def shown(**context: Any) -> str:
    """Return the part of the page as text on one line."""
    given: dict[str, Any] = {"candidates": {}, "versus": {}, "plots": {}} | context
    return " ".join(render_to_string("training/_candidates.html", given).split())


def test_the_page_says_that_the_new_version_is_better_and_in_which_families() -> None:
    found = compare(measured(0, 60, BETTER), measured(0, 60, BEFORE), champion="a")
    rivals = found.to_json()
    page = shown(versus=rivals, plots={"versus": plots.of_versions(rivals)})
    assert "The new version is better." in page
    for word in ("SEAL", "RING", "0.60", "1.10"):
        assert word in page


def test_the_page_names_a_winner_that_a_version_cannot_hold() -> None:
    each = {"trim_mae": 1.0, "mae": 2.0, "seconds": 3.0, "verdict": None}
    told = {
        "items": 90, "spec": {"folds": 5}, "chosen": "boosting", "best": "stacking",
        "results": {"boosting": each, "stacking": each},
    }  # fmt: skip
    page = shown(candidates=wording.named(told))
    assert (
        "Several at once, weighed (compared only) is the best, but a version cannot hold it" in page
    )


def test_the_plots_show_every_rival_overall_and_by_family() -> None:
    simply = {"simple_match": 0.5, "simple_errors": [2.0, 2.2]}
    found = compare(measured(0, 60, BETTER | simply), measured(0, 60, BEFORE), champion="a")
    typical, right = plots.of_versions(found.to_json())
    assert typical.drawing.at == ["All items", "RING", "SEAL"]
    assert [series.name for series in typical.drawing.series] == [
        "This version",
        "a",
        "Best simple way",
    ]
    assert [row.values[1:] for row in typical.rows] == [["0.60", "1.10", "2.10"]] * 3
    assert right.rows[0].values[1:] == ["90.0 %", "90.0 %", "50.0 %"]
    assert typical.drawing.series[0].values[0] == pytest.approx(0.6)
    page = shown(versus=found.to_json(), plots={"versus": [typical]})
    assert page.count("data-plot") == page.count("As a table") == 1


def test_the_plot_of_the_candidates_leaves_out_what_is_not_known() -> None:
    told = {"items": 60, "families": {"RING": 40}, "results": {
        "boosting": {"trim_mae": 1.0, "families": {"RING": 0.5}},
        "mlp": {"trim_mae": 2.0, "families": {}},
    }}  # fmt: skip
    (plot,) = plots.of_candidates(told)
    assert [series.values for series in plot.drawing.series] == [[1.0, 0.5], [2.0, None]]
    assert [row.values for row in plot.rows] == [
        ["60", "1.00", "2.00"],
        ["40", "0.50", "not measurable"],
    ]
    assert plots.of_candidates({}) == plots.of_versions({}) == []


def test_of_many_families_the_largest_are_drawn_and_the_page_says_so() -> None:
    sizes = {f"F{number:02}": number for number in range(1, 15)}
    errors = dict.fromkeys(sizes, 0.5)
    told = {
        "items": 105,
        "families": sizes,
        "results": {"boosting": {"trim_mae": 1.0, "families": errors}},
    }
    (plot,) = plots.of_candidates(told)
    assert plot.drawing.at == ["All items", *(f"F{number:02}" for number in range(14, 2, -1))]
    assert plot.note == "The 12 largest of 14 item families."


def test_an_active_version_without_figures_is_said_to_be_not_measurable() -> None:
    nothing = compare([], [], champion="a").to_json()
    assert "<b>Not measurable.</b> Only 0 items" in shown(versus=nothing, champion="a")
    assert "Nothing is known of how a does on these items" in shown(champion="a")


def test_without_a_comparison_nothing_is_shown() -> None:
    assert "<section" not in shown()


def test_a_way_that_could_not_be_measured_is_printed_all_the_same() -> None:
    out = io.StringIO()
    boosting = {"trim_mae": None, "mae": None, "seconds": 1.0, "verdict": None}
    told = {"results": {"boosting": boosting}, "spec": {"folds": 5}, "items": 12,
            "chosen": "boosting", "best": "boosting", "better": False}  # fmt: skip
    comparing.show(Console(file=out, width=100), {"candidates": told})
    (line,) = [line for line in out.getvalue().splitlines() if line.startswith("boosting")]
    assert line.split()[1:4] == ["-", "-", "1.0"]
