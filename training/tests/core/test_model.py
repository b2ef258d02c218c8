"""What a planner and a program rely on when they ask a trained model."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from registry.core import artifacts
from registry.core.model import RoutingModel
from registry.core.routing import CandidateSource, Item, Prediction

KEY = b"k" * 32


@pytest.fixture(scope="module")
def items(tiny_model: RoutingModel) -> list[Item]:
    """Every tenth known item."""
    found = [tiny_model.item(code) for code in list(tiny_model.item_codes)[::10]]
    return [item for item in found if item is not None]


@pytest.fixture(scope="module")
def predictions(tiny_model: RoutingModel, items: list[Item]) -> list[Prediction]:
    """The answers about them."""
    return tiny_model.predict(items, top_k=4)


def test_a_stored_version_answers_exactly_as_the_model_that_was_trained(
    tiny_model: RoutingModel, items: list[Item], predictions: list[Prediction], tmp_path: Path
) -> None:
    artifacts.write(tmp_path, tiny_model.to_states(), {"name": "v"}, {}, KEY)
    again = RoutingModel.from_states(artifacts.read(tmp_path, KEY)[1], name="v")
    assert again.predict(items, top_k=4) == predictions
    assert again.schema_hash == tiny_model.schema_hash
    assert again.profile == json.loads(json.dumps(tiny_model.profile))
    assert list(again.item_codes) == list(tiny_model.item_codes)
    assert again.operation_names == tiny_model.operation_names
    for code in list(tiny_model.item_codes)[:20]:
        assert again.routings_of(code) == tiny_model.routings_of(code)
        assert again.item(code) == tiny_model.item(code)


def test_an_answer_is_ranked_numbered_and_no_longer_than_asked_for(
    predictions: list[Prediction],
) -> None:
    for prediction in predictions:
        assert 1 <= len(prediction.candidates) <= 4
        assert [c.rank for c in prediction.candidates] == list(
            range(1, len(prediction.candidates) + 1)
        )
        confidences = [c.confidence for c in prediction.candidates]
        assert confidences == sorted(confidences, reverse=True)
        assert 0 < confidences[0] <= 1
        assert len({c.jobs for c in prediction.candidates}) == len(prediction.candidates)
        for candidate in prediction.candidates:
            steps = candidate.operations
            assert [o.sequence for o in steps] == [10 * (n + 1) for n in range(len(steps))]


def test_times_supports_and_shares_make_sense(predictions: list[Prediction]) -> None:
    steps = [o for p in predictions for c in p.candidates for o in c.operations]
    assert any(step.run.sample_count for step in steps)
    for step in steps:
        for time in (step.run, step.setup):
            figures = np.array([0, time.low, time.optimal, time.minutes, time.safe], dtype=float)
            assert np.isfinite(figures).all() and (np.diff(figures) >= 0).all()
        assert 0 <= step.support <= 1
        assert step.outsourced == (step.outsourced_share >= 0.5)
        assert (step.partner is None) or step.outsourced


def test_a_composed_routing_says_so_and_each_of_its_steps_has_happened(
    tiny_model: RoutingModel, predictions: list[Prediction]
) -> None:
    known = {
        tuple(o.job for o in routing.operations)
        for code in tiny_model.item_codes
        for routing in tiny_model.routings_of(code)
    }
    happened = {pair for jobs in known for pair in pairwise(("", *jobs, ""))}
    for candidate in (c for p in predictions for c in p.candidates):
        assert (candidate.source is CandidateSource.NEIGHBOUR) == (candidate.jobs in known)
        assert set(pairwise(("", *candidate.jobs, ""))) <= happened


def test_an_item_answers_the_same_alone_and_in_company(
    tiny_model: RoutingModel, items: list[Item], predictions: list[Prediction]
) -> None:
    for item, together in list(zip(items, predictions, strict=True))[:8]:
        (alone,) = tiny_model.predict([item], top_k=4)
        assert [c.jobs for c in alone.candidates] == [c.jobs for c in together.candidates]
        assert alone.confidence == pytest.approx(together.confidence, abs=1e-4)
        assert [n.item for n in alone.neighbours] == [n.item for n in together.neighbours]


def test_an_item_left_out_is_nowhere_in_its_own_evidence(tiny_model: RoutingModel) -> None:
    codes = [code for code in tiny_model.item_codes if tiny_model.routings_of(code)]
    known = [item for item in map(tiny_model.item, codes) if item is not None]
    for prediction in tiny_model.predict(known, leave_out=True, explain=False):
        own = prediction.item
        assert own not in {n.item for n in prediction.neighbours}
        assert own not in {c.reference_item for c in prediction.candidates}
        times = [t for c in prediction.candidates for o in c.operations for t in (o.run, o.setup)]
        assert own not in {code for time in times for code in time.evidence}


def test_a_known_item_that_is_not_left_out_is_its_own_nearest(
    tiny_model: RoutingModel, items: list[Item], predictions: list[Prediction]
) -> None:
    for item, prediction in zip(items, predictions, strict=True):
        if tiny_model.routings_of(item.code) and prediction.neighbours:
            assert prediction.neighbours[0].similarity > 0.999


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"NO_SUCH_COLUMN": "X"},
        {"ITEM_NM": "  ", "OUTDIAMETER": "N/A"},
        {"OUTDIAMETER": math.nan},
    ],
)
def test_an_item_of_which_nothing_is_known_is_left_to_a_planner(
    tiny_model: RoutingModel, attributes: dict[str, Any]
) -> None:
    (prediction,) = tiny_model.predict([Item("NEW", attributes)])
    assert prediction.abstained
    assert "no attribute" in (prediction.reason or "")


@pytest.mark.parametrize(
    "value",
    ["NEVER SEEN", "슬리브" * 4000, "12x" * 3000, math.inf, -math.inf, 10**400, -1, 1e308, True,
     ["a"], {"b": 1}, "\ud800", "\x00"],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_a_strange_value_in_every_attribute_is_answered(
    tiny_model: RoutingModel, value: object
) -> None:
    strange = Item("NEW", dict.fromkeys(tiny_model.attributes, value))
    (prediction,) = tiny_model.predict([strange])
    assert prediction.candidates
    assert 0 <= prediction.confidence <= 1
    assert prediction.abstained == (prediction.reason is not None)


def test_nothing_asked_is_nothing_answered(tiny_model: RoutingModel) -> None:
    assert tiny_model.predict([]) == []


def test_doubt_is_said_in_words_and_only_under_the_versions_limit(
    tiny_model: RoutingModel, predictions: list[Prediction]
) -> None:
    for prediction in predictions:
        doubtful = prediction.confidence < tiny_model.confidence.limit
        assert prediction.abstained == doubtful
        assert bool(prediction.reason) == doubtful


def test_known_items_are_shown_as_the_erp_has_them(tiny_model: RoutingModel) -> None:
    assert not tiny_model.knows("NO SUCH ITEM")
    assert tiny_model.item("NO SUCH ITEM") is None
    assert tiny_model.routings_of("NO SUCH ITEM") == []
    routed = next(code for code in tiny_model.item_codes if tiny_model.routings_of(code))
    assert tiny_model.knows(routed)
    jobs = {o.job for r in tiny_model.routings_of(routed) for o in r.operations}
    assert jobs <= set(tiny_model.operation_names)


def test_weights_of_a_request_change_that_answer_only(
    tiny_model: RoutingModel, items: list[Item], predictions: list[Prediction]
) -> None:
    name = predictions[0].explanation.attributes[0].attribute
    weighted = tiny_model.predict(items, top_k=4, feature_weights={name: 3.0})
    assert weighted != predictions
    assert tiny_model.predict(items, top_k=4, feature_weights={name: 1.0}) == predictions
    assert tiny_model.predict(items, top_k=4) == predictions


def test_blanking_an_attribute_by_arithmetic_is_blanking_it(
    tiny_model: RoutingModel, items: list[Item]
) -> None:
    encoder = tiny_model.base.encoder
    told = {c for n in encoder.names for c in encoder.assembler.completion.reads(n)}
    units = {attribute.unit_column for attribute in encoder.attributes}
    names = [
        a.name
        for a in encoder.attributes
        if a.name not in told | units and not encoder.assembler.completion.reads(a.name)
    ]
    assert names
    for item in items[:5]:
        encoded = encoder.encode(encoder.raw([item]))
        blanked = encoder.without_each(encoded, 0, names)
        others = [
            Item(item.code, {k: v for k, v in item.attributes.items() if k != name})
            for name in names
        ]
        np.testing.assert_allclose(blanked, encoder.encode(encoder.raw(others)).first, atol=1e-3)


@pytest.mark.parametrize("weights", [None, {"PART_TYPE": 3.0}])
def test_an_item_with_one_attribute_changed_is_seen_as_if_it_had_been_asked_so(
    tiny_model: RoutingModel, items: list[Item], weights: dict[str, float] | None
) -> None:
    encoder = tiny_model.base.encoder
    units = [a.unit_column for a in encoder.attributes if a.unit_column]
    assert units
    for place in range(3):
        item, other = items[place], items[place + 10]
        changes = [(name, other.attributes.get(name)) for name in encoder.names]
        changes.append((units[0], "inch"))
        encoded = encoder.encode(encoder.raw(items[:3]), weights)
        changed = encoder.changed(encoded, place, item, changes)
        asked = [Item("X", {**item.attributes, name: value}) for name, value in changes]
        plainly = encoder.encode(encoder.raw(asked), weights)
        assert (changed.features - plainly.features).count_nonzero() == 0
        np.testing.assert_allclose(changed.log_odds, plainly.log_odds, atol=1e-5)


def test_an_explanation_names_attributes_the_item_has_and_changes_that_hold(
    tiny_model: RoutingModel, items: list[Item], predictions: list[Prediction]
) -> None:
    jobs = list(tiny_model.operation_names)
    encoder = tiny_model.base.encoder
    flips = 0
    for item, prediction in zip(items, predictions, strict=True):
        explanation = prediction.explanation
        assert 1 <= len(explanation.sentences) <= 3
        assert {w.attribute for w in explanation.attributes} <= set(item.attributes)
        for flip in explanation.flips:
            flips += 1
            changed = Item("X", {**item.attributes, flip.attribute: flip.other_value})
            odds = encoder.encode(encoder.raw([item, changed])).log_odds[:, jobs.index(flip.job)]
            assert (odds[0] < 0 < odds[1]) if flip.added else (odds[1] < 0 < odds[0])
            assert flip.added == (flip.job not in prediction.candidates[0].jobs)
    assert flips


def test_explaining_costs_nothing_when_nobody_asks(
    tiny_model: RoutingModel, items: list[Item], predictions: list[Prediction]
) -> None:
    for silent, said in zip(
        tiny_model.predict(items, top_k=4, explain=False), predictions, strict=True
    ):
        assert silent.explanation.sentences == ()
        assert silent.candidates == said.candidates
