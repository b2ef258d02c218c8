"""Ways to learn times are compared on items that none of them has seen, and the better is kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from registry.core.boosting import Examples
from registry.core.errors import BadInput
from registry.core.perceptron import Perceptron
from registry.core.progress import Cancelled, Silent
from registry.core.times import TimeModel
from training.core import dataset, splits, time_candidates, time_learners, time_tuning, trainer
from training.core.dataset import TrainingSet
from training.core.specs import (
    BASELINE,
    BOOSTING,
    CANDIDATES,
    MLP,
    STACKING,
    CandidateSpec,
    check_names,
)
from training.core.time_candidates import Selected
from training.core.time_learners import Grower
from training.tests.core.shops import ATTRIBUTES, QUICK, asked, shop

QUICKLY = CandidateSpec(folds=3, n_jobs=1)


class Heard:
    """Keeps what was reported; stops when told to."""

    def __init__(self, stop_at: float = 2.0) -> None:
        self.steps: list[str] = []
        self.shares: list[float] = []
        self.stop_at = stop_at

    def report(self, share: float, step: str) -> None:
        self.shares.append(share)
        self.steps.append(step)
        if share >= self.stop_at:
            raise Cancelled("Stopped.")


@pytest.fixture(scope="module")
def data() -> TrainingSet:
    return dataset.prepare(shop(90), ATTRIBUTES)


@pytest.fixture(scope="module")
def heard() -> Heard:
    return Heard()


@pytest.fixture(scope="module")
def selected(data: TrainingSet, heard: Heard) -> Selected:
    return time_candidates.compare(data, QUICK, QUICKLY, heard)


def examples(count: int = 400) -> Examples:
    """Return operations whose times follow a smooth rule."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(count, 4)).astype(np.float32)
    rows[:, 0] = rng.integers(0, 3, count)
    targets = 0.5 * rows[:, 1].astype(float) - 0.3 * rows[:, 2] * (rows[:, 0] == 1)
    return Examples(rows, targets, np.ones(count), np.arange(count) // 4)


def test_every_candidate_is_measured_on_the_same_operations(selected: Selected) -> None:
    results = selected.figures["results"]
    assert set(results) == set(CANDIDATES)
    assert len({each["operations"] for each in results.values()}) == 1
    for each in results.values():
        assert each["trim_mae"] > 0
        assert each["mae"] > 0
        assert each["seconds"] >= 0
        assert len(each["folds"]) == QUICKLY.folds
    first = selected.outcomes[0]
    assert all(np.array_equal(each.item, first.item) for each in selected.outcomes)


def test_a_family_whose_operations_no_other_fold_knows_has_no_figure(
    selected: Selected,
) -> None:
    outcome = selected.outcomes[0]
    strange = replace(
        outcome, error=outcome.error[:1], actual=outcome.actual[:1], item=outcome.item[:1] * 0
    )
    figures = strange.figures(np.array(["SEAL"] * 5 + ["RING"] * 5))
    assert list(figures["families"]) == ["SEAL"]


def test_an_item_is_never_on_both_sides_of_a_fold(data: TrainingSet) -> None:
    parts = splits.folds(data.library, 5, 1)
    assert sorted(np.concatenate(parts).tolist()) == data.library.routed.tolist()
    for held in parts:
        assert not set(held.tolist()) & set(splits.others(data.library, held).tolist())


def test_each_fold_is_reported(selected: Selected, heard: Heard) -> None:
    assert selected.outcomes
    assert heard.shares == sorted(heard.shares)
    assert "3 of 3 folds done" in heard.steps
    assert heard.steps[-1].startswith("judging the candidates")


def test_a_challenger_that_is_not_better_changes_nothing_and_says_why(selected: Selected) -> None:
    losers = [
        each for each in selected.figures["results"].values()
        if each["verdict"] and not each["verdict"]["wins"]
    ]  # fmt: skip
    for each in losers:
        assert each["verdict"]["reasons"]
        assert each["verdict"]["words"]
    if not selected.figures["better"]:
        assert selected.chosen == BOOSTING


def test_the_best_that_a_version_can_hold_is_chosen(data: TrainingSet) -> None:
    starved = replace(QUICK, times=replace(QUICK.times, max_iter=1))
    selected = time_candidates.compare(data, starved, QUICKLY, Silent())
    assert selected.figures["better"]
    assert selected.chosen in time_learners.STORABLE - {BOOSTING}
    assert selected.figures["results"][selected.chosen]["verdict"]["wins"]


def test_equal_seeds_give_equal_figures_on_one_thread_and_two(data: TrainingSet) -> None:
    wanted = replace(QUICKLY, names=(BASELINE, MLP))
    one = time_candidates.compare(data, QUICK, wanted, Silent())
    two = time_candidates.compare(data, QUICK, replace(wanted, n_jobs=2), Silent())
    for a, b in zip(one.outcomes, two.outcomes, strict=True):
        np.testing.assert_array_equal(a.error, b.error)


def test_a_large_plant_is_sampled(data: TrainingSet) -> None:
    wanted = replace(QUICKLY, names=(BASELINE,), max_items=40)
    assert time_candidates.compare(data, QUICK, wanted, Silent()).figures["items"] == 40


def test_with_hardly_any_items_the_present_way_stays(data: TrainingSet) -> None:
    few = data.take(np.arange(4))
    selected = time_candidates.compare(few, QUICK, QUICKLY, Silent())
    assert selected.chosen == BOOSTING
    assert selected.figures["results"] == {}


def test_a_comparison_stops_when_asked(data: TrainingSet) -> None:
    with pytest.raises(Cancelled):
        time_candidates.compare(data, QUICK, QUICKLY, Heard(stop_at=0.5))


def test_an_unknown_candidate_is_named_with_those_there_are() -> None:
    with pytest.raises(BadInput, match=r"'forest'.*baseline, mlp, stacking, boosting"):
        check_names(["mlp", "forest"])


@pytest.mark.parametrize("name", [BASELINE, MLP, STACKING])
def test_each_way_tells_more_than_the_operations_usual_time(name: str) -> None:
    known = examples()
    half = known.items < 60
    predict = time_learners.learn(
        name, known.take(half), QUICK.times, seed=1, report=lambda share: None
    )
    later = known.take(~half)
    error = np.abs(predict(later.rows) - later.targets).mean()
    assert error < 0.8 * np.abs(later.targets).mean()


def test_a_search_keeps_to_its_tries_and_to_what_is_better() -> None:
    wanted = CandidateSpec(names=(MLP,), search="random", tries=2)
    heard = Heard()
    best = time_tuning.search(examples(), QUICK, wanted, heard)
    assert set(best) == {BOOSTING, MLP}
    assert {step.rpartition(" ")[2] for step in heard.steps} <= {BOOSTING, MLP}


def test_a_search_without_time_keeps_the_usual_settings() -> None:
    wanted = CandidateSpec(search="grid", seconds=-1)
    assert not any(time_tuning.search(examples(), QUICK, wanted, Silent()).values())


def test_a_model_whose_times_a_network_learned_answers_the_same_after_being_stored(
    data: TrainingSet,
) -> None:
    spec = replace(QUICK, time_model=MLP, time_settings={"alpha": 1e-3})
    model = trainer.fit(data, spec, Silent())
    times = model.base.times
    assert all(isinstance(each, Perceptron) for each in times.forests[:1])
    encoded = model.base.encoder.encode(model.base.encoder.raw([asked(1), asked(2)]))
    args = (encoded.features, np.array([0, 1, 1]), np.array([0, 1, 2]))
    again = TimeModel.from_state(times.to_state())
    np.testing.assert_array_equal(again.predict(*args), times.predict(*args))


def test_the_baseline_as_time_model_leaves_times_to_the_neighbours(data: TrainingSet) -> None:
    model = trainer.fit(data, replace(QUICK, time_model=BASELINE), Silent())
    prediction = model.predict([asked(1)], explain=False)[0]
    assert all((each.run.minutes or 0) > 0 for each in prediction.candidates[0].operations)


def test_a_network_learns_in_a_way_that_a_version_can_keep() -> None:
    known = examples()
    grown = Grower(MLP, {})(known, QUICK.times, seed=2, report=lambda share: None)
    assert isinstance(grown.forest, Perceptron)
    np.testing.assert_allclose(grown.predict(known.rows), grown.forest.of_rows(known.rows))
