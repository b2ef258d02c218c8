"""A cycle from sample to report, and every way in which it can end."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from django.utils import timezone

from accounts.models import User
from prediction import loader
from prediction.loader import LoadedModel
from prediction.models import PredictionRequest
from prediction.services import predictions
from quality import tasks
from quality.core import column_changes
from quality.core.alerts import Limits
from quality.core.sampling import Plan, Population, Strategy
from quality.models import (
    Alert,
    CycleFailed,
    CycleRuns,
    CycleState,
    CycleTooLong,
    QualityCycle,
    SampleResult,
)
from quality.services import alerts, asking, consequences, cycles, findings, reports, shop
from quality.services.settings import CycleSettings, current
from quality.tests.conftest import Erp
from quality.views import wording
from registry.core.errors import BadInput, NotEnoughData
from registry.core.model import RoutingModel
from registry.core.progress import Cancelled, Silent
from registry.kinds import QUALITY_CYCLE
from registry.models import JobState, ModelVersion
from registry.services import config, jobs
from registry.tasks import execute, job_ended
from registry.tests.factories import FIRST, make_version
from training.models import Probation, ProbationState, RetrainingRequest
from training.services import retraining

pytestmark = pytest.mark.django_db
STRICT = Limits(mae=0.001)
ITEMS, ROUTINGS, RESULTS = "BI_ITEM_INFO_VIEW", "BI_ROUTING_VIEW", "BI_WORK_ORDER_RESULTS"


def run(
    size: int = 30, *, smallest: int = 20, limits: Limits | None = None, seed: int = 42, **how: Any
) -> QualityCycle:
    wanted = CycleSettings(
        Plan(size, Strategy.STRATIFIED, seed),
        smallest_population=smallest,
        limits=limits or Limits(),
    )
    asked: dict[str, Any] = {"progress": Silent(), "by": "eva"} | how
    return cycles.execute(wanted=wanted, **asked)


class Impatient:
    """Cancels when a step begins with a word."""

    def __init__(self, word: str) -> None:
        self.word = word

    def report(self, share: float, step: str) -> None:
        """Stop there."""
        if step.startswith(self.word):
            raise Cancelled("Stopped.")


class Clock:
    """A clock on which every report takes an hour."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        """Return the time."""
        return self.now

    def report(self, share: float, step: str) -> None:
        """Let an hour pass."""
        self.now += 3600


def test_a_cycle_that_takes_longer_than_the_settings_allow_is_ended(
    erp: Erp, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(cycles, "time", clock)
    with pytest.raises(CycleTooLong, match="3,600 seconds"):
        run(progress=clock)
    cycle = QualityCycle.objects.get()
    assert cycle.state == CycleState.FAILED
    assert "raise the limit" in cycle.reason
    assert not SampleResult.objects.exists()


def test_a_cycle_that_is_stored_in_time_stays_finished_however_long_its_reports_take(
    erp: Erp, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr(cycles, "time", clock)
    write = reports.write

    def slowly(cycle: QualityCycle) -> Path:
        clock.now += 7200
        return write(cycle)

    monkeypatch.setattr(reports, "write", slowly)
    assert run().state == CycleState.FINISHED
    assert QualityCycle.objects.get().state == CycleState.FINISHED


def test_a_cycle_that_ends_while_the_next_one_looks_at_it_keeps_its_end(
    erp: Erp, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = QualityCycle.objects.create(
        asked_by="eva", seed=1, sample_size=1, started_at=timezone.now() - timedelta(days=1)
    )
    seen = cycles._running()
    QualityCycle.objects.update(
        state=CycleState.FINISHED, finished_at=timezone.now(), metrics={"mae": 1.0}
    )
    monkeypatch.setattr(cycles, "_running", lambda: seen)
    run()
    old.refresh_from_db()
    assert (old.state, old.metrics) == (CycleState.FINISHED, {"mae": 1.0})


def test_a_cycle_tells_how_good_the_answers_are_and_opens_down_to_the_work_results(
    erp: Erp,
) -> None:
    cycle = run()
    assert (cycle.state, cycle.measured, cycle.failed) == (CycleState.FINISHED, 30, 0)
    assert cycle.population == 294
    low, high = cycle.metrics["intervals"]["process_match"]
    assert low <= cycle.metrics["process_match"] <= high
    rows = list(SampleResult.objects.filter(cycle=cycle))
    share = np.average([row.process_match for row in rows], weights=[row.weight for row in rows])
    assert cycle.metrics["process_match"] == pytest.approx(share)
    measured = [
        one | {"weight": row.weight}
        for row in rows
        for one in row.operations
        if one["state"] == "both" and one["actual"] and one["predicted"]
    ]
    assert cycle.metrics["operations"] == len(measured)
    assert cycle.metrics["sample_count"] == sum(one["reports"] for one in measured)
    errors = [abs(one["predicted"] - one["actual"]) for one in measured]
    weight = [one["weight"] for one in measured]
    assert cycle.metrics["mae"] == pytest.approx(np.average(errors, weights=weight))
    assert sum(one["items"] for one in cycle.groups["family"].values()) == 30


def test_the_same_seed_gives_the_same_figures(erp: Erp) -> None:
    assert run().metrics == run().metrics
    assert run().metrics != run(seed=1).metrics


def test_a_cycle_is_no_request_of_a_planner(erp: Erp) -> None:
    run()
    assert not PredictionRequest.objects.exists()


def test_reports_are_written_for_programs_spreadsheets_and_managers(
    erp: Erp, data_dir: Path
) -> None:
    cycle = run(limits=STRICT)
    folder = reports.folder_of(cycle)
    told = json.loads((folder / "report.json").read_text("utf-8"))
    assert told["metrics"] == cycle.metrics
    assert len(told["items"]) == 30
    assert len((folder / "items.csv").read_text("utf-8-sig").splitlines()) == 31
    assert len((folder / "summary.csv").read_text("utf-8-sig").splitlines()) == 2
    page = (folder / "report.md").read_text("utf-8")
    assert "30 of 294 routed items" in page
    assert "Critical: mae" in page
    line = json.loads(reports.log_file().read_text("utf-8").splitlines()[-1])
    assert (line["level"], line["cycle"]) == ("WARNING", cycle.pk)


def test_only_the_newest_thirty_reports_are_kept(erp: Erp, data_dir: Path) -> None:
    for number in range(31):
        (data_dir / "quality" / f"cycle-0000000{number // 10}{number % 10}x").mkdir(parents=True)
    run(5)
    assert len(list((data_dir / "quality").iterdir())) == 30


def test_the_settings_page_says_what_a_cycle_goes_by(eva: User) -> None:
    values = {
        "sampling": {"sample_size": 50, "strategy": "random", "seed": 7, "recent_days": 9},
        "thresholds": {"mae": 1.5, "least_samples": 9, "trim": 0.2},
    }
    config.change_iter_training(values=values, by=eva)
    wanted = current(sample_size=60)

    assert wanted.plan == Plan(60, Strategy.RANDOM, 7, 9)
    assert wanted.limits == Limits(1.5, 3.5, 0.8, 0.5, 9)
    assert (wanted.column, wanted.smallest_population, wanted.trim) == ("PART_TYPE", 100, 0.2)


def test_the_quality_log_keeps_to_the_level_of_the_settings(
    erp: Erp, data_dir: Path, eva: User
) -> None:
    config.change_iter_training(values={"logging": {"level": "WARNING"}}, by=eva)
    run(5, limits=Limits(samples=1, mae=1e9, trim_mae=1e9, process_match=0.0, cv=1e9))
    quiet = reports.log_file().exists()
    run(limits=STRICT)
    assert (quiet, len(reports.log_file().read_text("utf-8").splitlines())) == (False, 1)


def test_an_alert_that_a_new_version_would_answer_asks_for_one(erp: Erp) -> None:
    cycle = run(limits=STRICT)
    row = RetrainingRequest.objects.get()

    assert cycle.retraining == f"request {row.pk}: mae"
    assert wording.retraining(cycle.retraining) == f"Request {row.pk}: Mean error, min"
    assert (row.reason, row.asked_by) == ("quality", f"quality cycle {cycle.pk}")
    assert row.evidence["mae"]["value"] == pytest.approx(cycle.metrics["mae"])
    assert len(row.items) == 20
    run(limits=STRICT)
    assert RetrainingRequest.objects.count() == 1  # the alert is kept, not raised again


def test_where_the_retraining_queue_is_full_the_request_is_set_aside_and_the_cycle_ends(
    erp: Erp,
) -> None:
    for _ in range(3):
        retraining.request(reason="person", evidence={}, by="eva")
    cycle = run(limits=STRICT)
    row = RetrainingRequest.objects.get(reason="quality")
    assert cycle.state == CycleState.FINISHED
    assert (row.state, cycle.retraining) == ("deferred", f"request {row.pk}: mae")


def test_a_version_on_probation_is_held_against_the_last_cycle_of_the_one_before_it(
    active_version: ModelVersion,
) -> None:
    def measured(version: str, trim_mae: float) -> QualityCycle:
        return QualityCycle.objects.create(
            asked_by="eva", seed=1, sample_size=9, model_version=version,
            state=CycleState.FINISHED, finished_at=timezone.now(),
            metrics={"trim_mae": trim_mae, "process_match": 0.9},
        )  # fmt: skip

    previous = make_version(FIRST)
    training = {"trim_mae": 9.0, "process_match": 0.9}
    Probation.objects.create(version=active_version, previous=previous, reference=training)
    measured(previous.name, 2.0)
    measured("2026.01.01_1", 1.0)
    cycle = measured(active_version.name, 2.1)
    consequences.judge_probation(cycle)
    assert Probation.objects.get().cycles == [str(cycle.pk)], "2.1 minutes instead of 2.0 will do"
    assert Probation.objects.get().state == ProbationState.OPEN


def test_the_newest_items_are_told_in_the_order_in_which_they_came(
    tiny_model: RoutingModel,
) -> None:
    loaded = LoadedModel("v", "v", tiny_model)
    around = shop.Shop(Population([], [], np.zeros(0)), None, frozenset())
    texts = findings._newest_texts(loaded, around, np.datetime64("2026-01-01"))
    rows = tiny_model.base.library.routed
    newest = rows[[int(np.argmax(tiny_model.base.library.arrays["age"][rows]))]]
    last = column_changes.texts_of(tiny_model.base.raw.take(newest), tiny_model)
    assert {name: values[-1:] for name, values in texts.before.items()} == last


def test_without_any_date_the_most_reported_items_are_watched(
    tiny_model: RoutingModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = tiny_model.base.library
    usual = shop.watched(tiny_model)
    monkeypatch.setitem(library.arrays, "age", np.full(len(library), np.nan, np.float32))
    found = shop.watched(tiny_model)
    assert sorted(found) == sorted(usual)

    def reports(code: str) -> int:
        row = tiny_model.base.raw.book.row(code)
        assert row is not None
        places = [p for r in library.routings_of(row) for p in library.operations_of(r)]
        return int(library.arrays["operation_run_count"][places].sum())

    counts = [reports(code) for code in found]
    assert counts == sorted(counts, reverse=True)


def test_an_alert_is_raised_once_kept_and_cleared(erp: Erp) -> None:
    assert run(limits=STRICT).alerts_raised == 1
    assert run(limits=STRICT).alerts_raised == 0
    assert Alert.objects.open().count() == 1
    run()
    assert Alert.objects.open().count() == 0


def test_a_person_acknowledges_an_alert_with_a_note(erp: Erp) -> None:
    run(limits=STRICT)
    alert = alerts.acknowledge(Alert.objects.get().pk, note="new machine", by="eva")
    assert (alert.acknowledged_by, alert.note, alert.is_open) == ("eva", "new machine", True)
    with pytest.raises(alerts.AlertUnknown):
        alerts.acknowledge(987, note="", by="eva")


def test_a_population_under_the_minimum_is_not_measurable_and_never_a_pass(erp: Erp) -> None:
    cycle = run(smallest=1000)
    assert (cycle.state, cycle.measured) == (CycleState.NOT_MEASURABLE, 0)
    assert "at least 1,000" in cycle.reason
    assert cycle.figure("mae") is None


def test_a_sample_of_one_item_is_measured(erp: Erp) -> None:
    cycle = run(1)
    assert (cycle.state, cycle.measured) == (CycleState.FINISHED, 1)


def test_without_work_results_times_are_unknown_and_too_few_samples_is_said(erp: Erp) -> None:
    erp.write(RESULTS, erp.read(RESULTS).iloc[:0])
    cycle = run()
    assert cycle.state == CycleState.FINISHED
    assert cycle.figure("mae") is None
    assert cycle.figure("process_match") is not None
    assert [alert.rule for alert in Alert.objects.open()] == ["samples"]


def test_items_that_lost_their_routing_are_listed_and_the_rest_goes_on(erp: Erp) -> None:
    routings = erp.read(ROUTINGS)
    gone = set(sorted(routings["ITEM_CD"].unique())[:150])
    erp.write(ROUTINGS, routings[~routings["ITEM_CD"].isin(gone)])
    cycle = run(60)
    assert cycle.state == CycleState.FINISHED
    assert cycle.measured + cycle.failed == 60
    problems = SampleResult.objects.filter(cycle=cycle).exclude(problem="")
    assert {row.item for row in problems} <= gone
    assert problems.count() == cycle.failed > 10


def test_a_batch_that_fails_is_tried_three_times_and_its_items_are_listed(
    erp: Erp, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "BATCH", 10)
    asked: list[int] = []
    real = predictions.predict

    def second_batch_fails(**question: Any) -> Any:
        asked.append(len(question["items"]))
        if 2 <= len(asked) <= 4:
            raise OSError("no memory")
        return real(**question)

    monkeypatch.setattr(predictions, "predict", second_batch_fails)
    cycle = run(30)
    assert len(asked) == 5
    assert (cycle.state, cycle.measured, cycle.failed) == (CycleState.FINISHED, 20, 10)


def test_when_every_prediction_fails_the_cycle_fails_and_asks_for_nothing(
    erp: Erp, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_question: Any) -> Any:
        raise NotEnoughData("nothing to compare with")

    monkeypatch.setattr(predictions, "predict", fails)
    with pytest.raises(CycleFailed, match="nothing to compare with"):
        run()
    cycle = QualityCycle.objects.get()
    assert (cycle.state, cycle.retraining) == (CycleState.FAILED, "")
    assert not Alert.objects.exists()


@pytest.mark.parametrize("step", ["opening", "predicting", "working", "storing"])
def test_a_cancelled_cycle_leaves_no_figures(erp: Erp, step: str) -> None:
    with pytest.raises(Cancelled):
        run(progress=Impatient(step))
    cycle = QualityCycle.objects.get()
    assert (cycle.state, cycle.metrics == {} or step == "storing") == (CycleState.CANCELLED, True)
    assert not SampleResult.objects.exists()


def test_two_cycles_at_once_are_one_and_a_refusal(erp: Erp) -> None:
    class Second(Silent):
        def report(self, share: float, step: str) -> None:
            """Start another one in the middle."""
            if step.startswith("working"):
                with pytest.raises(CycleRuns):
                    run()

    assert run(progress=Second()).state == CycleState.FINISHED
    assert QualityCycle.objects.count() == 1


@pytest.mark.parametrize(("cancelled", "state"), [(True, "cancelled"), (False, "failed")])
def test_a_cycle_whose_process_was_ended_from_outside_ends_with_its_job(
    data_dir: Path, cancelled: bool, state: str
) -> None:
    job = jobs.claim(jobs.enqueue(QUALITY_CYCLE, {}, by="eva").pk)
    assert job is not None
    left = QualityCycle.objects.create(asked_by="eva", seed=1, sample_size=1, job=job)
    if cancelled:
        jobs.cancel(job, by="eva")
        jobs.break_off(job)
    else:
        jobs.fail(job, "The process of this job ended by itself with code -9.", traceback="-9")
    job_ended(job.pk)
    left.refresh_from_db()
    assert (left.state, bool(left.reason), bool(left.finished_at)) == (state, True, True)
    assert f'"cycle": {left.pk}' in reports.log_file().read_text(encoding="utf-8")


def test_a_cycle_whose_process_has_gone_does_not_block_the_next(erp: Erp) -> None:
    left = QualityCycle.objects.create(
        asked_by="eva", strategy="random", seed=1, sample_size=1,
        started_at=timezone.now() - timedelta(hours=2),
    )  # fmt: skip
    assert run().state == CycleState.FINISHED
    left.refresh_from_db()
    assert left.state == CycleState.FAILED


def test_a_version_that_is_switched_in_the_middle_is_looked_at_by_the_next_cycle(
    erp: Erp, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = loader.active()
    asked: list[str] = []
    real = predictions.predict

    def predict(**question: Any) -> Any:
        asked.append(question["loaded"].name)
        monkeypatch.setattr(loader, "active", lambda: pytest.fail("the version is asked for twice"))
        return real(**question)

    monkeypatch.setattr(asking, "BATCH", 10)
    monkeypatch.setattr(predictions, "predict", predict)
    assert run().model_version == first.name
    assert set(asked) == {first.name}


def test_items_that_came_since_the_training_are_measured_and_told_apart(erp: Erp) -> None:
    add_items(erp, 40, "NEW")
    cycle = run(150)
    assert cycle.population == 334
    assert cycle.groups["novelty"]["new"]["items"] > 5


def test_a_new_material_and_a_column_that_is_no_longer_filled_are_named(erp: Erp) -> None:
    add_items(erp, 40, "NEW", {"ITEM_MATERIAL": "UNOBTAINIUM", "PartNm": None})
    run(60)
    found = {(alert.rule, alert.subject) for alert in Alert.objects.open()}
    assert ("new_value", "ITEM_MATERIAL=UNOBTAINIUM") in found
    assert ("missing", "PartNm") in found


def test_new_items_like_the_old_ones_are_no_news(erp: Erp) -> None:
    add_items(erp, 40, "NEW")
    run(60)
    assert not Alert.objects.filter(rule__in=["new_value", "missing"]).exists()


def test_a_resource_that_has_become_slower_is_named(erp: Erp) -> None:
    results = erp.read(RESULTS)
    when = pd.to_datetime(results["REPORT_DT"])
    resource = results["RES_CD"].value_counts().index[0]
    again = results[when < when.max() - pd.Timedelta(days=60)].copy()
    again["REPORT_DT"] = str(when.max())
    slower = again["RES_CD"] == resource
    again.loc[slower, "MACH_WORKED_HOURS"] *= 1.4
    erp.write(RESULTS, pd.concat([results, again]))
    run(294)
    shifts = [alert.subject for alert in Alert.objects.open() if alert.rule == "plant_shift"]
    assert shifts == [resource]


def test_a_column_that_the_profile_lacks_is_refused_with_those_it_has(erp: Erp) -> None:
    with pytest.raises(BadInput, match="PART_TYPE"):
        shop.look_around(loader.active(), "NO_SUCH", 1, Silent())


def test_as_a_job_it_reports_and_its_page_names_the_cycle(erp: Erp) -> None:
    job = jobs.claim(jobs.enqueue(QUALITY_CYCLE, {"sample_size": 20, "seed": 3}, by="eva").pk)
    assert job is not None
    execute(job)
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.SUCCEEDED, "")
    cycle = QualityCycle.objects.get(pk=job.result["cycle"])
    assert (cycle.seed, cycle.measured, cycle.asked_by, cycle.job) == (3, 20, "eva", job)


def test_the_day_has_one_cycle(erp: Erp, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(jobs, "enqueue", lambda kind, parameters, by: asked.append(kind))
    tasks.daily_cycle()
    assert asked == [QUALITY_CYCLE]


def add_items(
    erp: Erp, count: int, prefix: str, changed: dict[str, str | None] | None = None
) -> None:
    """Add items like those there are, under new codes, with something changed."""
    codes = sorted(erp.read(ROUTINGS)["ITEM_CD"].unique())[-count:]
    items, routings = erp.read(ITEMS), erp.read(ROUTINGS)
    more = items[items["ITEM_CD"].isin(codes)].drop_duplicates("ITEM_CD").copy()
    for name, value in (changed or {}).items():
        more[name] = value
    ways = routings[routings["ITEM_CD"].isin(codes)].copy()
    for frame in (more, ways):
        frame["ITEM_CD"] = prefix + frame["ITEM_CD"]
    erp.write(ITEMS, pd.concat([items, more]))
    erp.write(ROUTINGS, pd.concat([routings, ways]))
