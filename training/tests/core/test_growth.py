"""New items join a version without training, and nothing else changes its answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from registry.core.cleaning import Attribute
from registry.core.model import RoutingModel
from registry.core.progress import Silent
from registry.core.routing import Item
from training.core import trainer
from training.core.dataset import TrainingSet, prepare
from training.core.growth import Reason, SchemaDiffers, extend
from training.tests.core.shops import (
    ATTRIBUTES,
    QUICK,
    asked,
    described,
    jobs_of,
    operation,
    report,
    shop,
    tables,
)

NEW = range(1000, 1040)
ODD: dict[str, Any] = {"KIND": "PLATE", "MATERIAL": "S45C", "OD_UNIT": "MM", "OD": 555.0}
ODDLY = ("MILL", "CUT", "SAW")


@pytest.fixture(scope="module")
def model() -> RoutingModel:
    """The shop's model, learned from 150 items, beside 5 without a routing."""
    return trainer.fit(prepare(shop(150, 5), ATTRIBUTES), QUICK, Silent())


def newcomers(numbers: Iterable[int] = NEW, code: str = "NEW{}") -> TrainingSet:
    """Return items of the shop with routings and reports, their codes written carelessly."""
    items, routings, results = [], [], []
    for number in numbers:
        name, attributes = code.format(number), described(number)
        items.append({"ITEM_CD": name, **attributes})
        for step, job in enumerate(jobs_of(attributes), 1):
            routings.append(operation(name, 10 * step, f" {job.lower()}", RES_CD=f"NEW-{job}"))
            results.append(report(name, 10 * step, job, 4.0))
    return prepare(tables(items, routings, results), ATTRIBUTES)


def one(item: dict[str, Any], *jobs: str, code: str = "ODD") -> TrainingSet:
    """Return one new item made by the given operations, each reported once."""
    steps = [operation(code, 10 * n, job) for n, job in enumerate(jobs, 1)]
    results = [report(code, 10 * n, job, 7.0) for n, job in enumerate(jobs, 1)]
    return prepare(tables([{"ITEM_CD": code, **item}], steps, results), ATTRIBUTES)


def test_a_new_item_is_known_with_its_routing_and_work_results(model: RoutingModel) -> None:
    grown = extend(model, newcomers(), seed=1)
    assert (grown.added, grown.routed_since) == (len(NEW), 0)
    assert not model.knows("NEW1000")
    for number in NEW:
        assert grown.model.item(f"NEW{number}") == Item(
            f"NEW{number}", {k: str(v).removesuffix(".0") for k, v in described(number).items()}
        )
        (routing,) = grown.model.routings_of(f"NEW{number}")
        assert tuple(o.job for o in routing.operations) == jobs_of(described(number))
        for step in routing.operations:
            assert step.resource == f"NEW-{step.job}"
            assert step.actual_run_minutes == pytest.approx(4.0)


def test_known_items_keep_their_routings(model: RoutingModel) -> None:
    grown = extend(model, newcomers([151, 2000], code="I{}"), seed=1).model
    for number in range(150):
        assert grown.routings_of(f"I{number}") == model.routings_of(f"I{number}")
        assert grown.item(f"I{number}") == model.item(f"I{number}")


def test_an_item_that_has_got_its_routing_since_keeps_its_place(model: RoutingModel) -> None:
    grown = extend(model, newcomers([151, 153], code="I{}"), seed=1)
    assert (grown.added, grown.routed_since) == (2, 2)
    assert list(grown.model.item_codes) == list(model.item_codes)
    (routing,) = grown.model.routings_of("I151")
    assert tuple(o.job for o in routing.operations) == jobs_of(described(151))
    assert grown.model.routings_of("I152") == []


def test_the_twin_of_a_new_item_is_answered_with_it_as_evidence(model: RoutingModel) -> None:
    grown = extend(model, one(ODD, *ODDLY), seed=1)
    (before,), (after,) = (m.predict([Item("TWIN", ODD)]) for m in (model, grown.model))
    assert ODDLY not in [candidate.jobs for candidate in before.candidates]
    found = {candidate.jobs: candidate for candidate in after.candidates}
    assert after.neighbours[0].item == "ODD"
    assert all("ODD" in step.run.evidence for step in found[ODDLY].operations)


def test_an_item_far_from_the_new_ones_is_answered_as_before(model: RoutingModel) -> None:
    grown = extend(model, one(ODD, *ODDLY), seed=1)
    seals = [asked(number) for number in range(1000, 1060) if number % 3 == 0]
    for before, after in zip(model.predict(seals), grown.model.predict(seals), strict=True):
        assert [c.jobs for c in before.candidates[:2]] == [c.jobs for c in after.candidates[:2]]
        assert before.neighbours == after.neighbours
        minutes = [[o.run.minutes for o in p.candidates[0].operations] for p in (before, after)]
        assert minutes[1] == pytest.approx(minutes[0], rel=0.01)


def test_without_new_items_the_model_is_itself(model: RoutingModel) -> None:
    grown = extend(model, newcomers().take(np.array([], dtype=np.int64)), seed=1)
    assert grown.model is model
    assert (grown.added, grown.flagged) == (0, ())


def test_an_item_with_an_operation_never_seen_is_left_out_and_named(model: RoutingModel) -> None:
    grown = extend(model, one(ODD, "SAW", "LASER", "ANODIZE"), seed=1)
    (flagged,) = grown.flagged
    assert (flagged.code, flagged.reason) == ("ODD", Reason.UNKNOWN_OPERATION)
    assert (flagged.told, flagged.added) == ("ANODIZE, LASER", False)
    assert grown.model is model


def test_an_item_like_nothing_known_is_added_and_named(model: RoutingModel) -> None:
    stranger = {"KIND": "GEAR", "MATERIAL": "?", "OD": 9000.0}
    data = one(stranger, "CUT", "INSP")
    nearest = model.predict([Item("ODD", stranger)])[0].neighbours[0].similarity
    grown = extend(model, data, seed=1)
    assert grown.added == 1
    assert grown.similarity["median"] == pytest.approx(nearest, abs=1e-3)
    assert grown.count(Reason.UNLIKE) == int(nearest < 0.8)
    assert all(one.added for one in grown.flagged)


def test_twins_of_known_items_join_their_groups(model: RoutingModel) -> None:
    grown = extend(model, newcomers(range(10), code="TWIN{}"), seed=1)
    assert grown.joined_groups == 10
    assert len(grown.model.base.index) == len(model.base.index)
    assert grown.similarity["minimum"] == pytest.approx(1.0, abs=1e-3)


def test_adding_twice_is_adding_at_once(model: RoutingModel) -> None:
    half = extend(model, newcomers(NEW[:20]), seed=1).model
    whole, twice = (
        extend(model, newcomers(), seed=1).model,
        extend(half, newcomers(NEW[20:]), seed=1),
    )
    assert list(twice.model.item_codes) == list(whole.item_codes)
    items = [asked(number) for number in range(2000, 2020)]
    for one_way, other_way in zip(whole.predict(items), twice.model.predict(items), strict=True):
        assert [c.jobs for c in one_way.candidates] == [c.jobs for c in other_way.candidates]


def test_two_extensions_are_the_same_to_the_bit(model: RoutingModel) -> None:
    first, second = (extend(model, newcomers(), seed=1).model.to_states() for _ in range(2))
    for part, state in first.items():
        assert dict(state.meta) == dict(second[part].meta)
        for name, array in state.arrays.items():
            np.testing.assert_array_equal(array, second[part].arrays[name])


def test_an_extended_model_is_stored_like_any_other(model: RoutingModel) -> None:
    grown = extend(model, newcomers(), seed=1).model
    again = RoutingModel.from_states(grown.to_states())
    assert again.predict([asked(3000)]) == grown.predict([asked(3000)])


def test_items_described_in_another_way_are_refused(model: RoutingModel) -> None:
    other = replace(newcomers(), attributes=(Attribute("KIND"),))
    with pytest.raises(SchemaDiffers, match="in full"):
        extend(model, other, seed=1)
