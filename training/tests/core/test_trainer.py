"""A model can be trained on whatever little there is, and twice the same way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from registry.core.model import RoutingModel
from registry.core.progress import Cancelled, Silent
from registry.core.routing import UNKNOWN_TIME, Item, Prediction, TimeSource
from registry.core.tables import Tables
from training.core import trainer
from training.core.dataset import prepare
from training.core.specs import TrainingSpec
from training.tests.core.shops import (
    ATTRIBUTES,
    QUICK,
    asked,
    jobs_of,
    minutes_of,
    operation,
    shop,
    tables,
)


def trained(source: Tables, spec: TrainingSpec = QUICK) -> RoutingModel:
    """Train on tables."""
    return trainer.fit(prepare(source, ATTRIBUTES), spec, Silent())


def assert_whole(prediction: Prediction) -> None:
    """Check that an answer proposes a routing with times, in order."""
    assert prediction.candidates
    assert 0 <= prediction.confidence <= 1
    for operation_ in prediction.candidates[0].operations:
        for time in (operation_.run, operation_.setup):
            assert time.safe == time.high
            if time == UNKNOWN_TIME:  # nobody has reported or planned it
                continue
            figures = np.array([0, time.low, time.optimal, time.minutes, time.safe], dtype=float)
            assert np.isfinite(figures).all() and (np.diff(figures) >= 0).all()


@pytest.fixture(scope="module")
def model() -> RoutingModel:
    """The shop's model, learned from 120 items."""
    return trained(shop(120, 5))


def test_the_shops_rules_are_learned_from_its_items(model: RoutingModel) -> None:
    numbers = range(1000, 1060)
    predictions = model.predict([asked(n) for n in numbers])
    truth = [jobs_of(dict(asked(n).attributes)) for n in numbers]
    right = [p.candidates[0].jobs == t for p, t in zip(predictions, truth, strict=True)]
    assert np.mean(right) > 0.85


def test_its_times_are_learned_from_work_results_not_from_wrong_standards(
    model: RoutingModel,
) -> None:
    ratios = []
    for number in range(1000, 1060):
        (prediction,) = model.predict([asked(number)], explain=False)
        for step in prediction.candidates[0].operations:
            ratios.append(
                (step.run.minutes or 0.0) / minutes_of(step.job, dict(asked(number).attributes))
            )
            assert step.run.source is TimeSource.WORK_RESULTS
            assert step.run.sample_count > 0
            assert set(step.run.evidence) <= set(model.item_codes)
    assert np.median(np.abs(np.log(ratios))) < 0.25


def test_equal_data_seed_and_settings_give_the_same_answers_bit_for_bit() -> None:
    items = [asked(n) for n in range(5)]
    first, second, other = (
        trained(shop(40), replace(QUICK, seed=seed)).predict(items) for seed in (1, 1, 2)
    )
    assert first == second
    assert first != other


@pytest.mark.parametrize("routed", [1, 2, 3, 30])
@pytest.mark.parametrize("reports", [0, 2])
def test_the_smallest_plants_train_and_answer(routed: int, reports: int) -> None:
    small = trained(shop(routed, 1, reports=reports))
    for leave_out in (False, True):
        known = [Item("I0", dict(asked(0).attributes)), asked(1)]
        for prediction in small.predict(known, leave_out=leave_out):
            assert_whole(prediction)


def test_one_operation_without_any_attribute_or_time_trains_and_abstains() -> None:
    bare = trained(tables([{"ITEM_CD": "A"}, {"ITEM_CD": "B"}], [operation("A", 10, "CUT")]))
    (prediction,) = bare.predict([Item("NEW", {"KIND": "SEAL"})])
    assert prediction.candidates[0].jobs == ("CUT",)
    assert prediction.abstained


def test_two_items_whose_attributes_are_all_missing_train() -> None:
    items = [{"ITEM_CD": code, "KIND": None, "OD": np.nan} for code in ("A", "B", "C")]
    bare = trained(tables(items, [operation(code, 10, "CUT") for code in ("A", "B")]))
    assert all(p.abstained for p in bare.predict([Item("A"), Item("NEW")]))


def test_without_work_results_times_are_the_standards_and_say_so() -> None:
    planned = trained(shop(40, reports=0))
    for step in planned.predict([asked(1)])[0].candidates[0].operations:
        assert step.run.source is TimeSource.STANDARD
        assert step.run.sample_count == 0
        assert step.run.minutes


def test_an_operation_that_nobody_ever_timed_has_no_time_and_the_answer_says_so() -> None:
    plant = shop(40, reports=0)
    untimed = plant.routings["JOB_CD"] == plant.routings["JOB_CD"].iloc[0]
    routings = plant.routings.assign(RUN_MINUTES=plant.routings["RUN_MINUTES"].mask(untimed))
    (prediction,) = trained(replace(plant, routings=routings)).predict([asked(1)])
    first, *others = prediction.candidates[0].operations
    assert (first.job, first.run) == (plant.routings["JOB_CD"].iloc[0], UNKNOWN_TIME)
    assert others and all(step.run.minutes for step in others)
    assert first.job in prediction.explanation.sentences[-1]


def test_a_size_that_no_item_has_is_no_obstacle() -> None:
    source = shop(20)
    blank = Tables(source.items.assign(OD=np.nan), source.routings, source.results)
    assert_whole(trained(blank).predict([asked(1)])[0])


def test_an_item_with_two_valid_routings_teaches_both() -> None:
    source = shop(40)
    second = source.routings[source.routings["ITEM_CD"] == "I0"].assign(ROUT_NO="2", JOB_CD="LASER")
    both = Tables(source.items, pd.concat([source.routings, second]), source.results)
    model = trained(both)
    assert len(model.routings_of("I0")) == 2
    assert_whole(model.predict([asked(1)])[0])


class Stop:
    """A progress that asks to stop at a share of the way."""

    def __init__(self, at: float) -> None:
        self.at, self.seen = at, [0.0]

    def report(self, share: float, step: str) -> None:
        """Remember the share, or stop."""
        self.seen.append(share)
        if share >= self.at:
            raise Cancelled("stop")


@pytest.mark.parametrize("at", [0.0, 0.3, 0.8])
def test_a_training_stops_when_asked_to(at: float) -> None:
    with pytest.raises(Cancelled):
        trainer.fit(prepare(shop(20), ATTRIBUTES), QUICK, Stop(at))


def test_progress_only_grows_and_ends_at_the_end() -> None:
    progress = Stop(at=2.0)
    trainer.fit(prepare(shop(20), ATTRIBUTES), QUICK, progress)
    assert progress.seen == sorted(progress.seen)
    assert progress.seen[-1] == 1.0


def test_what_is_held_out_was_not_learned(monkeypatch: pytest.MonkeyPatch) -> None:
    learned: list[set[str]] = []
    held: list[set[str]] = []
    fit_base, add = trainer.fit_base, trainer.HeldOut.add

    def fitting(data: Any, *rest: Any) -> Any:
        learned.append({data.raw.codes[row] for row in data.library.routed})
        return fit_base(data, *rest)

    def asking(self: trainer.HeldOut, base: Any, data: Any, progress: Any) -> None:
        held.append(set(data.raw.codes))
        add(self, base, data, progress)

    monkeypatch.setattr(trainer, "fit_base", fitting)
    monkeypatch.setattr(trainer.HeldOut, "add", asking)
    trained(shop(20, 2), replace(QUICK, folds_below=10))
    assert held == [{"I17", "I18", "I19"}]
    assert learned == [{f"I{n}" for n in range(17)}, {f"I{n}" for n in range(20)}]
