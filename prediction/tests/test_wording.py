"""What the result page says in sentences."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.utils.translation import override

from prediction import words
from prediction.tests.answers import GLAND, PLATING, TURNING, UNKNOWABLE, UNTIMED, WITH_PLATING
from prediction.views import wording
from registry.core.routing import DOUBTS, CandidateSource, Doubt, DoubtCode, Flip, Item

if TYPE_CHECKING:
    from registry.core.model import RoutingModel
    from registry.core.routing import Prediction
    from routingml_site.plant import Plant

MATERIAL = words.attribute("ITEM_MATERIAL", "ITEM_MATERIAL")
ATTRIBUTES = {
    "ITEM_MATERIAL": MATERIAL,
    "PART_TYPE": words.attribute("PART_TYPE", "ITEM_PART_TYPE"),
}


def reasons(prediction: Prediction) -> list[str]:
    return wording.reasons(prediction, ATTRIBUTES)


def test_a_sure_answer_says_how_sure_and_never_quite_sure() -> None:
    assert wording.verdict(GLAND) == "Proposed routing, 87 % sure"
    certain = replace(GLAND, candidates=(replace(WITH_PLATING, confidence=1.0),))
    assert wording.verdict(certain) == "Proposed routing, 99 % sure"


def test_shares_are_rounded_not_cut_and_only_sureness_stops_short_of_all() -> None:
    close = replace(GLAND, candidates=(replace(WITH_PLATING, confidence=0.7378),))
    assert wording.verdict(close) == "Proposed routing, 74 % sure"
    itself = GLAND.neighbours[0]._replace(similarity=1.0)
    assert "is 100 % alike" in reasons(replace(GLAND, neighbours=(itself,)))[0]


def test_an_unsure_answer_gives_its_reason() -> None:
    unsure = replace(GLAND, abstained=True, doubt=Doubt(DoubtCode.DIFFERENT_WAYS, {"ways": 2}))
    assert wording.verdict(unsure) == (
        "Needs a planner: the nearest items are made in 2 different ways."
    )
    with override("ko"):
        assert "2가지" in wording.verdict(unsure)


FIGURES = {"similarity": 0.42, "ways": 3, "confidence": 0.6171, "limit": 0.6214}


@pytest.mark.parametrize("code", list(DoubtCode))
def test_every_reason_is_said_in_the_reader_s_language_with_its_figures(code: DoubtCode) -> None:
    doubt = Doubt(code, {name: value for name, value in FIGURES.items() if name in DOUBTS[code]})
    unsure = replace(GLAND, abstained=True, doubt=doubt)
    english, told = doubt.sentence, wording.doubt(unsure)
    with override("ko"):
        korean = wording.doubt(unsure)
    numbers = re.findall(r"[\d.]*\d", english)
    assert re.findall(r"[\d.]*\d", told) == numbers
    assert sorted(re.findall(r"[\d.]*\d", korean)) == sorted(numbers)
    assert korean != told


def test_close_figures_can_be_told_apart() -> None:
    doubt = Doubt(DoubtCode.LOW_CONFIDENCE, {"confidence": 0.6171, "limit": 0.6214})
    assert "only 61.7 % sure; this version answers from 62.1 %" in wording.doubt(
        replace(GLAND, doubt=doubt)
    )
    assert "61.7%" in doubt.sentence and "62.1%" in doubt.sentence


def test_the_model_s_doubts_have_the_figures_that_their_sentences_need(
    tiny_model: RoutingModel, tiny_plant: Plant
) -> None:
    records: list[dict[Any, Any]] = tiny_plant.new_items.to_dict("records")
    items = [Item(str(record.pop("ITEM_CD")), record) for record in records]
    odd = [Item("N-1", {}), Item("N-2", {"PART_TYPE": "??", "ITEM_NM": "고양이 사료"})]
    doubtful = [a for a in tiny_model.predict([*items, *odd], explain=False) if a.doubt]
    assert len({answer.doubt.code for answer in doubtful if answer.doubt}) > 1
    assert all(answer.abstained and answer.reason for answer in doubtful)
    assert all("%(" not in wording.doubt(answer) for answer in doubtful)


def test_why_an_item_has_no_answer_is_said_in_the_reader_s_language() -> None:
    assert wording.failure("X-1", "unknown_item", "raw").startswith("Item X-1 is not known")
    with override("ko"):
        assert "X-1" in wording.failure("X-1", "unknown_item", "raw")
        assert "known" not in wording.failure("X-1", "unknown_item", "raw")
    assert wording.failure("X-1", "text_too_long", "SPEC has 9 characters") == (
        "SPEC has 9 characters"
    )


def test_the_reasons_are_likeness_attributes_and_times() -> None:
    likeness, attributes, times = reasons(GLAND)
    assert likeness.startswith("1 of the 2 most similar items are made exactly like this")
    assert "G-100, is 91 % alike" in likeness
    assert attributes == "What makes them alike most: Part type 14."
    assert times.startswith("1 of 3 run times rest on work results (12 reports)")


@pytest.mark.parametrize(
    ("operations", "sentence"),
    [
        ((TURNING,), "All run times rest on work results (12 reports)."),
        ((PLATING,), "No work results stand behind these times: they are estimates."),
    ],
)
def test_times_say_what_they_rest_on(operations: tuple[Any, ...], sentence: str) -> None:
    best = replace(WITH_PLATING, operations=operations)
    assert reasons(replace(GLAND, candidates=(best,)))[-1] == sentence


def test_operations_whose_time_nobody_knows_are_named() -> None:
    gap = replace(WITH_PLATING, operations=(TURNING, UNTIMED))
    *_, times, unknown = reasons(replace(GLAND, candidates=(gap,)))
    assert times == "All known run times rest on work results (12 reports)."
    assert unknown.startswith("The run time of 사상 is unknown")
    nothing = UNTIMED._replace(setup=UNTIMED.run)
    only = reasons(replace(GLAND, candidates=(replace(gap, operations=(nothing,)),)))
    assert not [said for said in only if "estimate" in said]
    assert only[-1].startswith("The setup time of 사상 is unknown")


def test_a_composed_routing_says_that_it_is_new() -> None:
    composed = replace(WITH_PLATING, source=CandidateSource.COMPOSED)
    assert "exactly this sequence" in reasons(replace(GLAND, candidates=(composed,)))[-1]
    assert reasons(UNKNOWABLE) == []


def test_a_flip_names_the_change_and_the_operation() -> None:
    added = Flip("ITEM_MATERIAL", "", "SUS304", "PLATE", added=True)
    assert wording.flip(added, "도금", MATERIAL) == (
        "If Material were SUS304 instead of blank, 도금 would be added."
    )
    removed = replace(added, value="SUS316", other_value="", added=False)
    assert wording.flip(removed, "도금", MATERIAL).endswith(
        "blank instead of SUS316, 도금 would be left out."
    )


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "same routing"), (1, "differs in 1 operation"), (3, "differs in 3 operations")],
)
def test_a_neighbour_s_difference_is_counted(count: int, words: str) -> None:
    assert wording.differs(count) == words


def test_attributes_are_said_in_the_reader_s_words_with_the_erp_s_name_kept() -> None:
    size = words.attribute("OUTDIAMETER", "OD_MM", is_number=True)
    assert (size.word, size.erp_name) == ("Outer diameter", "OD_MM")
    assert [size.value(each) for each in (85.0, "12.70", float("nan"), None, "n/a")] == [
        "85", "12.7", "", "", "n/a",
    ]  # fmt: skip
    turns = words.attribute("ROTATE_CLOCKWISE", "ROTATE_CLOCKWISE")
    assert turns.value("Y") == "yes"
    with override("ko"):
        assert words.attribute("OUTDIAMETER", "OD_MM").word == "외경"
        assert turns.value("N") == "아니요"
    plain = words.attribute("COLOUR", "FARBE")
    assert (plain.word, plain.erp_name, plain.value(" 1.0 ")) == ("FARBE", "", "1.0")
