"""``benchmark``: measured against a known truth, beside baselines and goals; never a false pass."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from django.core.management import CommandError, call_command
from rich.console import Console

from registry.core.errors import BadInput
from registry.core.progress import Silent
from routingml_site.benchmark import plants, quality, report, running, searches, small, truth
from routingml_site.benchmark.figures import FIGURES, Figure, Verdict, verdicts
from routingml_site.benchmark.plants import KnownPlant
from routingml_site.management.commands import benchmark
from routingml_site.plant import write_plant
from routingml_site.plant.files import FILES
from training.core import backtest

if TYPE_CHECKING:
    from registry.core.mapping import ColumnMap
    from registry.core.model import RoutingModel
    from registry.core.tables import Tables
    from routingml_site.plant import Plant
    from training.core.specs import TrainingSpec

ITEMS, NEW, SEED = 130, 25, 5


@pytest.fixture(scope="session")
def measured(tiny_spec: TrainingSpec) -> dict[str, Any]:
    """Everything measured once, on a plant so small that it takes seconds."""
    plant = plants.made(ITEMS, NEW, SEED, plants.profile())
    quick = replace(tiny_spec, folds_below=1)
    return running.run(
        plant, quick, running.Wanted(SEED, small=True, twice=True, searches=True), Silent()
    )


@pytest.fixture
def folder(tmp_path: Path, tiny_plant: Plant) -> Path:
    """The tiny plant as ``make_plant`` writes it."""
    write_plant(tiny_plant, tmp_path / "plant")
    return tmp_path / "plant"


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def shown(result: dict[str, Any]) -> str:
    out = io.StringIO()
    report.show(Console(file=out, width=160), result)
    return out.getvalue()


def figure(name: str) -> Figure:
    return next(each for each in FIGURES if each.name == name)


def test_every_declared_figure_is_measured_when_all_is_asked_for(measured: dict[str, Any]) -> None:
    absent = {f.name for f in FIGURES if measured["figures"].get(f.name) is None}
    assert absent <= {"small_300_exact_match", "small_300_sequence_similarity"}
    assert set(measured["verdicts"]) == {f.name for f in FIGURES}


def test_searches_stand_side_by_side_each_with_its_recall(measured: dict[str, Any]) -> None:
    searched = measured["searches"]
    assert searched["exact search (numpy)"]["recall_mean"] == 1.0
    assert searched[searches.PRODUCT]["recall_mean"] >= 0.99
    assert (
        searched["the predecessor's way"]["right_copies"]
        <= searched[searches.PRODUCT]["right_copies"]
    )
    assert all(each["query_p50_ms"] > 0 for each in searched.values())
    assert all(name in shown(measured) for name in searched)


def test_the_result_tells_on_what_it_was_measured(measured: dict[str, Any]) -> None:
    assert measured["plant"] == {
        "plant": "sample", "items": ITEMS, "new": NEW, "seed": SEED, "asked": NEW, "left_out": 0,
    }  # fmt: skip
    assert {"python", "scikit-learn", "numpy"} <= set(measured["libraries"])
    assert measured["machine"]["cores"] >= 1
    assert measured["spec"]["network"]["hidden"] == 48


def test_the_same_seed_gives_the_same_answers_twice(measured: dict[str, Any]) -> None:
    assert measured["figures"]["same_twice"] is True


def test_a_different_answer_has_another_fingerprint(
    tiny_model: RoutingModel, tiny_plant: Plant, tiny_columns: ColumnMap
) -> None:
    item = tiny_model.item(tiny_model.item_codes[0])
    assert item is not None
    [answer] = tiny_model.predict([item])
    first = answer.candidates[0]
    nearly = replace(first, confidence=float(np.nextafter(first.confidence, 2)))
    other = replace(answer, candidates=(nearly, *answer.candidates[1:]))
    assert quality.fingerprint([answer]) == quality.fingerprint(tiny_model.predict([item]))
    assert quality.fingerprint([answer]) != quality.fingerprint([other])


def test_small_tables_stand_beside_the_best_baseline_of_the_same_table(
    measured: dict[str, Any],
) -> None:
    assert list(measured["small"]) == ["30", "100"]
    scores = measured["small"]["30"]
    best = max(s["exact_match"] for s in scores["baselines"].values() if "exact_match" in s)
    assert measured["figures"]["small_30_exact_match"] == scores["model"]["exact_match"] - best


def test_a_lead_over_the_baselines_can_be_a_lag() -> None:
    scores = {
        "model": {"exact_match": 0.4, "sequence_similarity": None},
        "baselines": {"one": {"exact_match": 0.5}, "other": {"exact_match": 0.2}, "times": {}},
    }
    assert small.gains(scores) == {
        "exact_match": pytest.approx(-0.1), "sequence_similarity": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("exact_match", 0.80, Verdict.REACHED),
        ("exact_match", 0.79, Verdict.MISSED),
        ("wape", 0.11, Verdict.MISSED),
        ("interval_coverage", 0.80, Verdict.REACHED),
        ("interval_coverage", 0.83, Verdict.MISSED),
        ("same_twice", False, Verdict.MISSED),
        ("version_mb", 3.0, Verdict.NO_GOAL),
    ],
)
def test_a_figure_is_held_against_its_goal(name: str, value: float, verdict: Verdict) -> None:
    assert figure(name).verdict(value, is_sample=True) is verdict


def test_a_large_plant_is_held_against_goals_of_its_own() -> None:
    figures = {"train_seconds": 400.0, "latency_p50_ms": 6.0, "items_per_second": 900.0}
    small = verdicts(figures, is_sample=True, routed_items=6_000)
    large = verdicts(figures, is_sample=True, routed_items=300_000)
    told = [(small[name], large[name]) for name in figures]
    assert told == [("missed", "reached"), ("reached", "missed"), ("", "reached")]
    assert set(large) == {each.name for each in FIGURES}


@pytest.mark.parametrize("each", FIGURES, ids=lambda each: each.name)
def test_nothing_measured_is_never_a_pass(each: Figure) -> None:
    assert each.verdict(None, is_sample=True) is Verdict.NOT_MEASURABLE


def test_goals_about_the_sample_plant_are_no_goals_elsewhere() -> None:
    exact = figure("exact_match")
    assert exact.verdict(0.1, is_sample=False) is Verdict.NO_GOAL
    assert exact.goal(is_sample=False) == ""
    assert figure("hit_at_5").verdict(0.1, is_sample=False) is Verdict.MISSED


def test_the_table_names_what_was_not_asked_for(measured: dict[str, Any]) -> None:
    figures = {**measured["figures"], "same_twice": None}
    options = {**measured["options"], "--twice": False}
    without = {**measured, "figures": figures, "options": options}
    lines = [line for line in shown(without).splitlines() if "two trainings" in line]
    assert len(lines) == 1
    assert "not measurable (--twice asks for it)" in lines[0]
    too_large = next(line for line in shown(without).splitlines() if "300 routed" in line)
    assert "not measurable" in too_large  # it was asked for, but the plant has no 300 items
    assert "asks for it" not in too_large
    assert "copy the nearest" in shown(without)


def test_a_folder_is_the_same_plant_as_the_one_it_was_written_from(
    folder: Path, tiny_plant: Plant, tiny_columns: ColumnMap, tiny_tables: Tables
) -> None:
    read = plants.read(folder, tiny_columns)
    assert list(read.asked.codes) == tiny_plant.new_items["ITEM_CD"].tolist()
    assert read.tables.routings["JOB_CD"].tolist() == tiny_tables.routings["JOB_CD"].tolist()
    minutes = [r.run.sum() for valid in read.truths for r in valid]
    assert sum(minutes) == pytest.approx(tiny_plant.new_truth["RUN_MINUTES"].sum())
    assert not read.is_sample


def test_alternative_routings_of_a_new_item_are_all_valid(tiny_plant: Plant) -> None:
    main = tiny_plant.new_truth
    first = main[main["ITEM_CD"] == main["ITEM_CD"].iloc[0]]
    other = first.iloc[:-1].assign(ROUT_NO="02")
    valid = truth.routings(pd.concat([other, main], ignore_index=True))
    jobs = tuple(first["JOB_CD"])
    assert [routing.jobs for routing in valid[first["ITEM_CD"].iloc[0]]] == [jobs, jobs[:-1]]


def test_intervals_are_held_against_the_robust_centre_of_the_reports() -> None:
    steps = pd.DataFrame(
        {
            "ITEM_CD": ["A", "A"], "ROUT_NO": ["01", "01"], "PROC_SEQ": [20, 10],
            "JOB_CD": ["MILL", "TURN"], "OUTSOURCED": ["N", "Y"],
            "SETUP_MINUTES": [5.0, 5.0], "RUN_MINUTES": [2.0, 4.0],
        }
    )  # fmt: skip
    valid = truth.routings(steps)["A"]
    assert valid[0].jobs == ("TURN", "MILL")
    assert valid[0].outsourced.tolist() == [True, False]
    reports = pd.DataFrame(
        {
            "ITEM_CD": ["A", "A", "A", "B"], "JOB_CD": ["TURN", "TURN", "TURN", "TURN"],
            "RUN_MINUTES": [3.0, 3.0, 180.0, 9.0], "SETUP_MINUTES": [np.nan] * 4,
        }
    )  # fmt: skip
    [[told]] = truth.reported([valid], ["A"], reports)
    assert told.run.tolist() == pytest.approx([3.0, np.nan], nan_ok=True)  # 180 is a typing error
    assert np.isnan(told.setup).all()


def test_new_items_without_a_truth_are_left_out_and_counted(
    tiny_plant: Plant, tiny_columns: ColumnMap
) -> None:
    told = tiny_plant.new_truth
    dropped = told["ITEM_CD"].iloc[0]
    known = joined(replace(tiny_plant, new_truth=told[told["ITEM_CD"] != dropped]), tiny_columns)
    assert known.left_out == 1
    assert dropped not in list(known.asked.codes)


def joined(plant: Plant, columns: ColumnMap) -> KnownPlant:
    frames = {name: getattr(plant, name) for name in FILES}
    return plants.known({"plant": "other"}, columns, frames)


def test_a_plant_without_reports_of_its_new_items_has_no_coverage(
    folder: Path, tiny_columns: ColumnMap, tiny_model: RoutingModel
) -> None:
    (folder / "new_work_order_results.csv").unlink()
    plant = plants.read(folder, tiny_columns)
    items = [plant.asked.item(row) for row in range(len(plant.asked))]
    answers = tiny_model.predict(items, explain=False)
    scores = backtest.score(answers, plant.reported)
    assert scores["model"]["interval_coverage"] is None


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="does not exist"):
        call_command("benchmark", "--plant", str(tmp_path / "nowhere"), stdout=io.StringIO())


@pytest.mark.parametrize("name", ["routing", "new_items", "new_items_truth"])
def test_a_folder_without_one_of_its_files_is_refused(
    folder: Path, tiny_columns: ColumnMap, name: str
) -> None:
    (folder / f"{name}.csv").unlink()
    with pytest.raises(BadInput, match=name):
        plants.read(folder, tiny_columns)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"JOB_CD"', '"JOB"', "lacks JOB_CD"),
        ('"N"', '"?"', r"row 2: OUTSOURCED '\?' is neither Y nor N"),
        (",10,", ",ten,", "row 2: PROC_SEQ 'ten' is not a number"),
    ],
)
def test_a_truth_that_cannot_be_read_is_refused(
    folder: Path, tiny_columns: ColumnMap, old: str, new: str, message: str
) -> None:
    spoil(folder / "new_items_truth.csv", old, new)
    with pytest.raises(BadInput, match=message):
        plants.read(folder, tiny_columns)


def test_a_truth_about_other_items_is_refused(tiny_plant: Plant, tiny_columns: ColumnMap) -> None:
    strange = tiny_plant.new_truth.assign(ITEM_CD="ELSEWHERE")
    with pytest.raises(BadInput, match="nothing to compare with"):
        joined(replace(tiny_plant, new_truth=strange), tiny_columns)


def test_a_benchmark_is_kept_by_plant_and_time(measured: dict[str, Any], tmp_path: Path) -> None:
    path = report.default_path(measured, tmp_path / "benchmarks")
    report.save(measured, path)
    assert path.name.startswith(f"sample-{ITEMS}-{SEED}-")
    assert report.load(path) == measured


def test_what_changed_since_an_earlier_benchmark_is_said(measured: dict[str, Any]) -> None:
    figures = {**measured["figures"], "exact_match": measured["figures"]["exact_match"] - 0.25}
    earlier = {**measured, "figures": figures, "machine": {**measured["machine"], "cores": 999}}
    out = io.StringIO()
    Console(file=out, width=160).print(report.difference_table(measured, earlier))
    assert any("exact match " in line and "+0.250" in line for line in out.getvalue().splitlines())
    assert report.differing_conditions(measured, earlier) == ["machine: cores"]


@pytest.mark.parametrize("content", ["not JSON", "[]", '{"format": 0}'])
def test_a_file_that_is_no_benchmark_is_refused_before_anything_is_measured(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "earlier.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CommandError, match=r"earlier\.json"):
        call_command("benchmark", "--against", str(path), stdout=io.StringIO())


def test_the_command_measures_prints_and_writes(
    monkeypatch: pytest.MonkeyPatch, tiny_spec: TrainingSpec, folder: Path, data_dir: Path
) -> None:
    quick = replace(tiny_spec, folds_below=1)
    monkeypatch.setattr(benchmark, "TrainingSpec", lambda: quick)
    out = io.StringIO()
    call_command("benchmark", "--plant", str(folder), stdout=out)
    [written] = (data_dir / "benchmarks").glob("plant-*.json")
    result = json.loads(written.read_text(encoding="utf-8"))
    assert result["plant"]["asked"] == 40
    assert result["verdicts"]["same_twice"] == "not measurable"
    assert "run-time WAPE" in out.getvalue()


def test_a_plant_of_no_items_is_refused() -> None:
    with pytest.raises(CommandError, match="at least 1 known item"):
        call_command("benchmark", "--items", "0", stdout=io.StringIO())
