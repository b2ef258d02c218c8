"""The answer seen another way, and a routing built step by step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from prediction.models import PredictionRequest
from prediction.serializers_planning import GroupsOut, NextOut
from prediction.services import palette
from prediction.tests.test_api import assert_shape
from prediction.tests.test_pages import ask, text_of

if TYPE_CHECKING:
    from django.test import Client
    from rest_framework.test import APIClient

    from registry.core.model import RoutingModel

pytestmark = pytest.mark.usefixtures("answering")


@pytest.fixture
def answer(ben_browser: Client, code: str) -> str:
    """Where the answer for a known item is, asked as if it had no routing."""
    return str(ask(ben_browser, way="code", code=code, leave_out="on").request["PATH_INFO"])


def test_another_weighing_says_what_it_changes_and_leaves_no_trace(
    ben_browser: Client, answer: str
) -> None:
    plain = ben_browser.get(answer)
    assert plain.context["weighed"] is None
    page = text_of(ben_browser.get(answer, {"weights": "material_first"}))
    assert "What these weights change" in page
    assert "sure as trained" in page and "measured with the version's own weights" in page
    assert ben_browser.get(answer).context["prediction"] == plain.context["prediction"]
    assert PredictionRequest.objects.count() == 1


def test_own_weights_find_other_items_and_name_them(
    ben_browser: Client, tiny_model: RoutingModel, answer: str
) -> None:
    own = {"weights": "own", "geometry": "3", "material": "3", "other": "0"}
    response = ben_browser.get(answer, own)
    before = {each.neighbour.item for each in ben_browser.get(answer).context["similar"]}
    new = [each.neighbour.item for each in response.context["similar"] if each.is_new]
    assert new and not before & set(new)
    assert "only with these weights" in text_of(response)
    assert '<option value="3" selected>' in response.content.decode()


def test_the_lot_size_keeps_the_weights(ben_browser: Client, answer: str) -> None:
    page = ben_browser.get(answer, {"weights": "geometry_first"}).content.decode()
    form = re.search(r'<form class="lot.*?</form>', page, re.DOTALL)
    assert form and 'name="weights" value="geometry_first"' in form[0]


@pytest.mark.parametrize(
    "weights", [{"weights": "colour"}, {"weights": "own", "geometry": "nan", "other": "-1"}]
)
def test_weights_that_make_no_sense_change_nothing(
    ben_browser: Client, answer: str, weights: dict[str, str]
) -> None:
    response = ben_browser.get(answer, weights)
    assert response.status_code == 200 and response.context["weighed"] is None


def test_a_program_s_weights_hold_for_its_request_and_are_kept_with_it(
    ben_api: APIClient, ben_browser: Client, code: str
) -> None:
    body: dict[str, Any] = {"item_codes": [code], "leave_out": True}
    plain = ben_api.post("/api/predict", body).data["items"][0]
    own = {"geometry": 0, "material": 0, "other": 3}
    weighted = ben_api.post("/api/predict", body | {"weight_profile": own}).data["items"][0]
    assert weighted["neighbours"] != plain["neighbours"]
    assert ben_api.post("/api/predict", body).data["items"][0] == plain
    kept = PredictionRequest.objects.order_by("pk")[1]
    page = ben_browser.get(kept.get_absolute_url())
    shown = [each.neighbour.item for each in page.context["similar"]]
    assert shown == [each["ITEM_CD"] for each in weighted["neighbours"]]
    assert page.context["weighed"] is not None


@pytest.mark.parametrize("profile", ["colour_first", {"COLOUR": 1}, {"geometry": 9}, 7, None])
def test_a_profile_that_is_none_is_refused(ben_api: APIClient, code: str, profile: Any) -> None:
    response = ben_api.post("/api/predict", {"item_codes": [code], "weight_profile": profile})
    assert response.status_code == 400
    assert response.data["error"]["message"]


def test_ben_builds_a_routing_by_following_the_choices(ben_browser: Client, answer: str) -> None:
    response = ben_browser.get(f"{answer}steps/")
    assert "Which operation comes first?" in text_of(response)
    assert re.search(r"(\d+ of|All) 30 similar items (go|do)", text_of(response))
    for _ in range(40):
        first = response.context["choices"][0]
        done = {} if first.operation.job else {"done": "1"}
        response = ben_browser.get(f"{answer}steps/", {"chosen": first.chosen, **done})
        if done:
            break
    page = text_of(response)
    jobs = response.context["chosen"].split("+")
    assert f"Your routing: {len(jobs)} operation" in page
    assert all(job in page for job in jobs)
    assert "Take back the last one" in page and "Lot of 1" in page


def test_ben_takes_an_operation_that_no_similar_item_does(ben_browser: Client, answer: str) -> None:
    steps = f"{answer}steps/"
    first = ben_browser.get(steps).context["choices"][0].chosen
    other = palette.operations()[-1].step
    for typed in (other.job.lower(), f" {other.job_name} "):
        taken = ben_browser.get(steps, {"chosen": first, "other": typed}, follow=True)
        assert taken.context["chosen"] == f"{first}+{other.job}"
    refused = ben_browser.get(steps, {"chosen": first, "other": "Teleport"})
    assert "The plant has no operation “Teleport”." in text_of(refused)
    assert refused.context["chosen"] == first


def test_an_unsure_answer_offers_the_way_step_by_step(
    ben_browser: Client, tiny_model: RoutingModel
) -> None:
    asked = ask(
        ben_browser, way="list", codes="\n".join(tiny_model.item_codes[:60]), leave_out="on"
    )
    unsure = next(line for line in asked.context["lines"] if not line.is_sure)
    page = ben_browser.get(asked.request["PATH_INFO"], {"item": unsure.place}).content.decode()
    assert "Build it step by step" in page and f"steps/?item={unsure.place}" in page


def test_a_step_with_an_operation_that_does_not_exist_is_not_found(
    ben_browser: Client, answer: str
) -> None:
    assert ben_browser.get(f"{answer}steps/", {"chosen": "TELEPORT"}).status_code == 404


def test_a_program_asks_for_the_next_operation(
    ben_api: APIClient, code: str, records: list[dict[str, Any]]
) -> None:
    told = ben_api.post("/api/predict/next", {"item_code": code}).data
    assert_shape(NextOut(), told)
    first = told["choices"][0]["JOB_CD"]
    second = ben_api.post("/api/predict/next", {"item": records[0], "chosen": [first]}).data
    assert [each["JOB_CD"] for each in second["operations"]] == [first]
    assert second["choices"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"item_code": "NO-SUCH-ITEM"}, "no_item"),
        ({}, "invalid"),
        ({"item_code": "A", "item": {"PART_TYPE": "14"}}, "invalid"),
        ({"item": {"PART_TYPE": "14"}, "chosen": ["TELEPORT"]}, "unknown_operation"),
        ({"item": {"ITEM_SPEC": "x" * 20_001}}, "no_item"),
    ],
)
def test_a_next_operation_for_nothing_is_refused_in_words(
    ben_api: APIClient, body: dict[str, Any], code: str
) -> None:
    response = ben_api.post("/api/predict/next", body)
    assert (response.status_code, response.data["error"]["code"]) == (400, code)


def test_items_that_can_be_made_together_are_grouped_the_unsure_ones_stay_alone(
    ben_api: APIClient, tiny_model: RoutingModel
) -> None:
    codes = list(tiny_model.item_codes[:30])
    told = ben_api.post("/api/groups/recommendations", {"item_codes": [*codes, "NO-SUCH"]}).data
    assert_shape(GroupsOut(), told)
    members = [each["ITEM_CD"] for group in told["items"] for each in group["members"]]
    assert sorted([*members, *told["needs_planner"]]) == sorted(codes)
    sizes = [len(group["members"]) for group in told["items"]]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 1
    first = told["items"][0]
    assert first["setup_together"]["minutes"] <= first["setup_apart"]["minutes"]
    assert [each["code"] for each in told["errors"]] == ["unknown_item"]
