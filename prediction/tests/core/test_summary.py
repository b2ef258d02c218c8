"""Answers as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

from prediction.core.asking import Asked, ItemError
from prediction.core.summary import (
    asked_as_json,
    error_as_json,
    prediction_as_json,
    summary_as_json,
)
from prediction.tests.answers import GLAND, PLATING, UNKNOWABLE, UNTIMED, WITH_PLATING
from registry.core.routing import Item


def test_a_full_answer_names_candidates_and_operations_as_the_erp_does() -> None:
    told = prediction_as_json(GLAND)
    best = told["candidates"][0]
    assert (told["ITEM_CD"], told["abstained"], told["reason"]) == ("G-999", False, None)
    assert (best["CANDIDATE_ID"], best["RANK"], best["CONFIDENCE"]) == ("G-999_C01", 1, 0.87)
    assert best["ROUTING_SIGNATURE"] == "TURN+PLATE+INSP"
    assert (best["SIMILARITY_SCORE"], best["REFERENCE_ITEM_CD"]) == (0.91, "G-100")
    assert [step["PROC_SEQ"] for step in best["operations"]] == [10, 20, 30]
    assert best["operations"][1]["partner"] == {
        "code": "V-77",
        "name": "Hankook Plating",
        "share": 0.7,
    }
    assert best["run_total"]["minutes"] == 12.0
    assert told["neighbours"][1]["differs_in"] == 1
    assert told["explanation"]["flips"][0]["JOB_CD"] == "PLATE"


def test_what_is_not_a_number_is_null_so_that_strict_readers_take_it() -> None:
    told = json.loads(json.dumps(prediction_as_json(GLAND), allow_nan=False))
    assert told["candidates"][0]["operations"][1]["wait_minutes"] is None


def test_a_time_that_nobody_knows_is_null_and_its_total_says_that_it_is_incomplete() -> None:
    gap = replace(WITH_PLATING, operations=(UNTIMED, PLATING))
    told = prediction_as_json(replace(GLAND, candidates=(gap,)))["candidates"][0]
    assert told["operations"][0]["run"] == {
        "minutes": None, "low": None, "high": None, "optimal": None, "safe": None,
        "source": "unknown", "sample_count": 0, "evidence": [],
    }  # fmt: skip
    assert told["run_total"] == {"minutes": 4.0, "low": 2.0, "high": None, "incomplete": True}
    assert told["setup_total"]["incomplete"] is False


def test_a_summary_leaves_out_the_evidence() -> None:
    told = prediction_as_json(GLAND, detailed=False)
    assert set(told) == {"ITEM_CD", "abstained", "reason", "reason_code", "candidates"}
    assert "operations" not in told["candidates"][0]


def test_an_answer_without_candidates_keeps_its_reason() -> None:
    told = prediction_as_json(UNKNOWABLE)
    assert told["abstained"] and told["candidates"] == []
    assert told["reason"] == (
        "The item has no attribute that the model knows, so nothing can be compared."
    )
    assert told["reason_code"] == "nothing_to_compare"
    assert prediction_as_json(GLAND)["reason_code"] is None


def test_the_record_keeps_which_routings_were_proposed_but_not_their_times() -> None:
    error = ItemError("X", "unknown_item", "Item X is not known")
    kept = summary_as_json([GLAND], [error])
    assert [each["ROUTING_SIGNATURE"] for each in kept["answers"][0]["candidates"]] == [
        "TURN+PLATE+INSP",
        "TURN+INSP",
    ]
    assert kept["errors"] == [error_as_json(error)]
    assert "minutes" not in json.dumps(kept)


def test_the_record_describes_only_items_that_were_described() -> None:
    item = Item("A", {"SIZE": float("nan"), "NAME": "글랜드"})
    asked = [Asked("A", item), Asked("B", Item("B", {"NAME": "x"}), by_code=True)]
    assert asked_as_json(asked, with_attributes=True) == [
        {"ITEM_CD": "A", "attributes": {"SIZE": None, "NAME": "글랜드"}},
        {"ITEM_CD": "B", "attributes": None},
    ]
    assert asked_as_json(asked, with_attributes=False)[0]["attributes"] is None
