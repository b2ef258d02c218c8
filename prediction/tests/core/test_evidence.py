"""What an operation rests on, and two items side by side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from prediction import words
from prediction.core.evidence import attribute_pairs, facts_of
from prediction.core.timeline import lanes
from prediction.tests.answers import GLAND, TURNING, WITH_PLATING, minutes
from registry.core.known import KnownOperation, KnownRouting
from registry.core.routing import Prediction, TimeSource


def nobody(_code: str) -> list[KnownRouting]:
    return []


def reported(standard: float, actual: float) -> list[KnownRouting]:
    step = KnownOperation(10, "TURN", "선삭", False, None, None, standard, None, actual, 12)
    return [KnownRouting("1", (step,))]


def turned(samples: int) -> Prediction:
    known = minutes(6.0, source=TimeSource.WORK_RESULTS, samples=samples)
    run = known._replace(evidence=("G-100",))
    turning = TURNING._replace(run=run)
    return replace(GLAND, candidates=(replace(WITH_PLATING, operations=(turning,)),))


def test_support_is_told_in_similar_items() -> None:
    facts = facts_of(GLAND, nobody)
    assert (facts["TURN"].does, facts["TURN"].asked) == (2, 2)
    assert (facts["PLATE"].does, facts["PLATE"].asked) == (1, 2)


@pytest.mark.parametrize(("samples", "sure", "thin"), [(12, True, False), (5, False, False),
                                                       (2, False, True)])  # fmt: skip
def test_many_work_results_make_sure_and_few_are_told(samples: int, sure: bool, thin: bool) -> None:
    facts = facts_of(turned(samples), nobody)["TURN"]
    assert (facts.is_sure, facts.is_thin) == (sure, thin)


def test_a_time_without_work_results_is_thin_however_often_the_operation_is_done() -> None:
    assert facts_of(GLAND, nobody)["INSP"].is_thin


@pytest.mark.parametrize(("standard", "disagrees"), [(6.0, False), (4.5, False), (3.0, True),
                                                     (12.0, True)])  # fmt: skip
def test_a_standard_far_from_what_was_reported_is_told(standard: float, disagrees: bool) -> None:
    told = facts_of(turned(12), lambda _code: reported(standard, 6.0))["TURN"].disagreement
    assert (told is not None) is disagrees
    if told:
        assert (told.standard, told.actual) == (standard, 6.0)


def test_intervals_share_one_scale_and_lead_time_counts_what_is_known() -> None:
    best, other = lanes(GLAND.candidates, 1, facts_of(GLAND, nobody))
    bars = [card.bar for lane in (best, other) for card in lane.cards if card.bar]
    assert max(bar.high for bar in bars) == 100.0
    assert all(bar.low <= bar.middle <= bar.high for bar in bars)
    assert best.cards[0].facts is not None
    assert best.lot.minutes is not None and best.lead == best.lot.minutes + 60


def test_attributes_that_differ_come_first_whatever_their_spelling() -> None:
    mine = {"TYPE": "14", "MATERIAL": "sus 316", "SIZE": 93.0}
    theirs = {"TYPE": "15", "MATERIAL": "SUS316", "SIZE": float("nan")}
    said = {name: words.attribute(name, name).value for name in ("MATERIAL", "TYPE", "SIZE", "HUE")}
    pairs = attribute_pairs(mine, theirs, said)
    assert [(pair.name, pair.is_same) for pair in pairs] == [
        ("TYPE", False), ("SIZE", False), ("MATERIAL", True),
    ]  # fmt: skip
