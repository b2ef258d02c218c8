"""Asking the active version: what is answered, what is refused, what is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from prometheus_client import REGISTRY

from prediction.models import Channel, PredictionRequest
from prediction.services import predictions
from prediction.services.predictions import Answer, NothingAsked, TooManyItems
from registry.selectors import NoActiveVersion
from registry.services import config

if TYPE_CHECKING:
    from pathlib import Path

    from registry.models import ModelVersion
    from routingml_site.plant import Plant


pytestmark = pytest.mark.usefixtures("answering")


def ask(**question: Any) -> Answer:
    return predictions.predict(channel=Channel.PAGE, by="ben@plant.example", **question)


def looked_up(outcome: str) -> float:
    found = REGISTRY.get_sample_value("routingml_prediction_cache_total", {"outcome": outcome})
    return found or 0.0


def test_a_new_item_is_answered_with_whole_routings(records: list[dict[str, object]]) -> None:
    answer = ask(records=records[:1], top_k=3)
    (prediction,) = answer.predictions
    assert prediction.item == records[0]["ITEM_CD"]
    assert 1 <= len(prediction.candidates) <= 3
    assert all(candidate.operations for candidate in prediction.candidates)
    assert answer.model_version == "2026.11.21_1"


def test_a_known_item_is_answered_by_its_code(code: str) -> None:
    answer = ask(codes=[code])
    assert [prediction.item for prediction in answer.predictions] == [code]
    assert answer.errors == ()


def test_an_unknown_code_becomes_an_error_and_the_others_are_answered(code: str) -> None:
    answer = ask(codes=["NO-SUCH-ITEM", code, "  "])
    assert [prediction.item for prediction in answer.predictions] == [code]
    assert [error.code for error in answer.errors] == ["unknown_item", "no_item_code"]
    assert "NO-SUCH-ITEM" in answer.errors[0].message


def test_columns_that_the_version_does_not_use_are_named_not_hidden() -> None:
    record = {"ITEM_CD": "N-1", "part_type": "14", "COLOUR": "red"}
    answer = ask(records=[record])
    assert answer.ignored == ("COLOUR",)
    assert len(answer.predictions) == 1


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), -1e308, 10**400, True, None, "", "x" * 10_000, "\x00\ud800", "🙂"],
    ids=["nan", "inf", "tiny", "huge", "flag", "null", "blank", "long", "unstorable", "emoji"],
)
def test_strange_values_are_answered_like_any_other(value: object) -> None:
    record = {"ITEM_CD": "N-1", "PART_TYPE": value, "OUTDIAMETER": value, "ITEM_SPEC": value}
    answer = ask(records=[record])
    assert len(answer.predictions) == 1
    assert PredictionRequest.objects.get().items[0]["ITEM_CD"] == "N-1"


def test_a_text_beyond_the_limit_is_refused_for_its_item_only(settings: Any, code: str) -> None:
    settings.PREDICTION_MAX_TEXT = 10_000
    answer = ask(codes=[code], records=[{"ITEM_CD": "N-1", "ITEM_SPEC": "x" * 10_001}])
    assert [error.code for error in answer.errors] == ["text_too_long"]
    assert "ITEM_SPEC has 10,001 characters: at most 10,000" in answer.errors[0].message
    assert len(answer.predictions) == 1


def test_an_item_without_attributes_needs_a_planner() -> None:
    (prediction,) = ask(records=[{"ITEM_CD": "N-1"}]).predictions
    assert prediction.abstained
    assert prediction.reason


def test_too_many_items_are_refused_before_anything_is_looked_up() -> None:
    with pytest.raises(TooManyItems, match="100,000 items in one request: at most 1,000"):
        ask(codes=["A"] * 100_000)
    assert not PredictionRequest.objects.exists()


def test_a_question_for_nothing_is_refused() -> None:
    with pytest.raises(NothingAsked):
        ask()


def test_without_an_active_version_the_answer_says_so(active_version: ModelVersion) -> None:
    from prediction import loader

    active_version.__class__.objects.update(state="retired")
    loader.reset()
    with pytest.raises(NoActiveVersion):
        ask(codes=["A"])


def test_a_request_is_kept_with_who_what_and_how_long(
    code: str, records: list[dict[str, object]]
) -> None:
    ask(codes=[code, "NO-SUCH-ITEM"], records=records[:1], leave_out=True)
    row = PredictionRequest.objects.get()
    assert (row.asked_by, row.channel, row.leave_out) == ("ben@plant.example", "page", True)
    assert (row.item_count, row.error_count, row.first_item) == (3, 1, code)
    assert row.model_version == "2026.11.21_1"
    assert row.milliseconds > 0
    assert row.items[0] == {"ITEM_CD": code, "attributes": None}
    assert row.items[2]["attributes"]["PART_TYPE"] == records[0]["PART_TYPE"]
    assert row.results["answers"][0]["candidates"][0]["ROUTING_SIGNATURE"]


def test_attributes_of_long_requests_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "KEPT_DESCRIPTIONS", 1)
    ask(records=[{"ITEM_CD": "N-1", "PART_TYPE": "14"}, {"ITEM_CD": "N-2", "PART_TYPE": "14"}])
    assert [item["attributes"] for item in PredictionRequest.objects.get().items] == [None, None]


def test_the_same_item_is_served_from_the_cache(records: list[dict[str, object]]) -> None:
    hits, misses = looked_up("hit"), looked_up("miss")
    first = ask(records=records)
    again = ask(records=records)
    assert looked_up("miss") == misses + 5
    assert looked_up("hit") == hits + 5
    assert all(a is b for a, b in zip(first.predictions, again.predictions, strict=True))


def test_another_question_about_the_same_item_is_not_served_from_the_cache(code: str) -> None:
    assert len(ask(codes=[code], top_k=1).predictions[0].candidates) == 1
    assert len(ask(codes=[code], top_k=2).predictions[0].candidates) == 2


def test_an_administrator_decides_how_many_candidates_and_whether_doubt_is_marked(
    records: list[dict[str, object]],
) -> None:
    before = ask(records=records)
    config.change(values={"top_k": 1, "abstention": "never"}, by="ana@plant.example")
    predictions.forget()
    after = ask(records=records)
    assert before.abstained > 0 and after.abstained == 0
    assert {len(prediction.candidates) for prediction in after.predictions} == {1}


def test_a_cache_of_size_zero_keeps_nothing(code: str) -> None:
    config.change(values={"prediction_cache_size": 0}, by="ana@plant.example")
    predictions.forget()
    misses = looked_up("miss")
    ask(codes=[code])
    ask(codes=[code])
    assert looked_up("miss") == misses + 2


def test_an_item_that_came_after_training_is_read_from_the_erp(
    code: str, tiny_plant: Plant, data_dir: Path
) -> None:
    import sqlite3

    newcomer = tiny_plant.new_items.head(3)
    with sqlite3.connect(data_dir / "erp.sqlite3") as erp:
        newcomer.to_sql("BI_ITEM_INFO_VIEW", erp, index=False)
    erp.close()
    wanted = str(newcomer["ITEM_CD"].iloc[1])
    answer = ask(codes=[wanted, "NO-SUCH-ITEM", code])
    assert [prediction.item for prediction in answer.predictions] == [wanted, code]
    described = ask(records=[dict(newcomer.iloc[1])]).predictions[0]
    assert answer.predictions[0].candidates[0].jobs == described.candidates[0].jobs
    assert [error.item for error in answer.errors] == ["NO-SUCH-ITEM"]


def test_an_erp_that_is_not_there_is_named_and_then_left_alone(code: str) -> None:
    first = ask(codes=["NO-SUCH-ITEM", code])
    assert "The ERP does not answer" in first.errors[0].message
    assert len(first.predictions) == 1
    assert "The ERP" not in ask(codes=["NO-SUCH-ITEM"]).errors[0].message


def test_a_stored_question_can_be_answered_again(
    code: str, records: list[dict[str, object]]
) -> None:
    first = ask(codes=[code], records=records[:1])
    row = PredictionRequest.objects.get()
    again = predictions.reopen(row)
    routings = [prediction.candidates[0].jobs for prediction in first.predictions]
    assert [prediction.candidates[0].jobs for prediction in again.predictions] == routings
    (second,) = predictions.reopen(row, 1).predictions
    assert second.item == records[0]["ITEM_CD"]
    assert PredictionRequest.objects.count() == 1
