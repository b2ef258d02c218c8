"""The prediction endpoints, as programs meet them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from prediction.serializers import AnswerOut, PredictOut, SimilarOut, TimeOut

if TYPE_CHECKING:
    from rest_framework.response import Response
    from rest_framework.serializers import BaseSerializer
    from rest_framework.test import APIClient

pytestmark = pytest.mark.usefixtures("answering")
PREDICT = "/api/predict"
NAN_BODY = '{"items": [{"ITEM_CD": "N-1", "PART_TYPE": "14", "OUTDIAMETER": %s}]}'


def send(client: APIClient, body: str, path: str = PREDICT, **extra: Any) -> Response:
    return client.post(path, data=body, content_type="application/json", **extra)


def assert_shape(serializer: BaseSerializer[Any], told: Any) -> None:
    """Compare an answer with its documentation, all the way down."""
    child = getattr(serializer, "child", None)
    if child is not None:
        for each in told:
            assert_shape(child, each)
        return
    fields = getattr(serializer, "fields", None)
    if fields is None or told is None:
        return
    required = {name for name, field in fields.items() if field.required}
    assert required <= set(told) <= set(fields), serializer
    for name, value in told.items():
        assert_shape(fields[name], value)


def test_a_program_gets_routings_for_known_items(ben_api: APIClient, code: str) -> None:
    response = ben_api.post(PREDICT, {"item_codes": [code], "top_k": 2})
    assert response.status_code == 200
    assert response.data["model_version"] == "2026.11.21_1"
    (item,) = response.data["items"]
    assert item["ITEM_CD"] == code
    assert [each["CANDIDATE_ID"] for each in item["candidates"]] == [f"{code}_C01", f"{code}_C02"]
    assert item["explanation"]["sentences"]
    assert item["neighbours"]


def test_a_described_item_is_answered(ben_api: APIClient, records: list[dict[str, Any]]) -> None:
    response = ben_api.post(PREDICT, {"items": records[:2]})
    codes = [item["ITEM_CD"] for item in response.data["items"]]
    assert codes == [record["ITEM_CD"] for record in records[:2]]
    assert response.data["errors"] == []


def test_an_unknown_code_is_an_error_beside_the_other_answers(
    ben_api: APIClient, code: str
) -> None:
    response = ben_api.post(PREDICT, {"item_codes": ["NO-SUCH-ITEM", code]})
    assert response.status_code == 200
    assert [item["ITEM_CD"] for item in response.data["items"]] == [code]
    (error,) = response.data["errors"]
    assert (error["ITEM_CD"], error["code"]) == ("NO-SUCH-ITEM", "unknown_item")


def test_a_summary_has_routings_without_operations(ben_api: APIClient, code: str) -> None:
    item = ben_api.post(PREDICT, {"item_codes": [code], "mode": "summary"}).data["items"][0]
    assert item["candidates"][0]["ROUTING_SIGNATURE"]
    assert "operations" not in item["candidates"][0] and "explanation" not in item


@pytest.mark.parametrize("mode", ["detailed", "summary"])
def test_the_answer_is_what_the_documentation_says(
    ben_api: APIClient, code: str, mode: str
) -> None:
    body = {"item_codes": [code, "NO-SUCH-ITEM"], "mode": mode}
    assert_shape(PredictOut(), ben_api.post(PREDICT, body).data)


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", "null", "true", "-5"])
def test_figures_that_are_no_figures_are_taken_as_unknown(ben_api: APIClient, value: str) -> None:
    response = send(ben_api, NAN_BODY % value)
    assert response.status_code == 200
    assert len(response.data["items"]) == 1
    json.loads(response.content, parse_constant=lambda word: pytest.fail(f"{word} in the answer"))


def test_a_text_of_ten_thousand_characters_is_answered(ben_api: APIClient) -> None:
    response = ben_api.post(PREDICT, {"items": [{"ITEM_CD": "N-1", "ITEM_SPEC": "OD 52 " * 1700}]})
    assert response.status_code == 200 and len(response.data["items"]) == 1


def test_a_text_beyond_the_limit_is_an_error_of_its_item(ben_api: APIClient) -> None:
    response = ben_api.post(PREDICT, {"items": [{"ITEM_CD": "N-1", "ITEM_SPEC": "x" * 20_001}]})
    assert response.data["errors"][0]["code"] == "text_too_long"


def test_a_list_of_100_000_codes_is_refused_in_words(ben_api: APIClient) -> None:
    response = ben_api.post(PREDICT, {"item_codes": ["A"] * 100_000})
    assert response.status_code == 400
    error = response.data["error"]
    assert error["code"] == "too_many_items"
    assert "100,000 items in one request: at most 1,000" in error["message"]


@pytest.mark.parametrize(
    "body", ["", "not json", '{"item_codes": [', b"\xff\xfe".decode("latin-1"), "[" * 100_000]
)
def test_a_body_that_is_not_json_is_refused_in_words(ben_api: APIClient, body: str) -> None:
    response = send(ben_api, body)
    assert response.status_code == 400
    assert set(response.data["error"]) == {"code", "message", "extra"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "text",
        {"item_codes": []},
        {"item_codes": "A"},
        {"item_codes": [["A"]]},
        {"items": ["A"]},
        {"items": [{"PART_TYPE": {"a": 1}}]},
        {"item_codes": ["A"], "items": [{"PART_TYPE": "14"}]},
        {"item_codes": ["A"], "top_k": 0},
        {"item_codes": ["A"], "top_k": "many"},
        {"item_codes": ["A"], "mode": "loud"},
    ],
)
def test_a_malformed_question_is_refused_with_the_place(ben_api: APIClient, body: Any) -> None:
    response = send(ben_api, json.dumps(body))
    assert response.status_code == 400
    assert response.data["error"]["code"] == "invalid"
    assert response.data["error"]["message"]


def test_a_body_larger_than_allowed_is_refused(ben_api: APIClient, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    response = send(ben_api, json.dumps({"item_codes": ["A" * 2000]}))
    assert response.status_code == 400
    assert set(json.loads(response.content)["error"]) == {"code", "message", "extra"}


def test_strangers_and_auditors_may_not_ask(
    anonymous_api: APIClient, otto_api: APIClient, code: str
) -> None:
    body = {"item_codes": [code]}
    assert anonymous_api.post(PREDICT, body).status_code in (401, 403)
    assert otto_api.post(PREDICT, body).status_code == 403


def test_similar_items_are_found_most_alike_first(ben_api: APIClient, code: str) -> None:
    response = ben_api.post(
        "/api/similarity/search", {"item_codes": [code, "NO-SUCH-ITEM"], "top_k": 3}
    )
    (item,) = response.data["items"]
    scores = [each["SIMILARITY_SCORE"] for each in item["neighbours"]]
    assert len(scores) == 3 and scores == sorted(scores, reverse=True)
    assert_shape(SimilarOut(), response.data)


def test_times_are_added_up_for_a_lot(ben_api: APIClient, code: str) -> None:
    response = ben_api.post("/api/time/summary", {"item_codes": [code], "lot_size": 10})
    (item,) = response.data["items"]
    whole = item["setup"]["minutes"] + 10 * item["run"]["minutes"]
    assert item["lot"]["minutes"] == pytest.approx(whole, rel=1e-3)
    assert item["lot"]["low"] <= item["lot"]["minutes"] <= item["lot"]["high"]
    assert_shape(TimeOut(), response.data)


def test_the_endpoints_are_in_the_api_s_document(ben_api: APIClient) -> None:
    document = ben_api.get("/api/schema/?format=json").json()
    operation = document["paths"][PREDICT]["post"]
    examples = operation["requestBody"]["content"]["application/json"]["examples"]
    assert {"KnownItems", "ANewItem"} <= set(examples)
    assert "PredictOut" in document["components"]["schemas"]
    assert set(AnswerOut().fields) <= set(
        document["components"]["schemas"]["PredictOut"]["properties"]
    )
