"""The pages where Ben asks for routings and reads the answers."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from prediction import loader
from prediction.core.timeline import lanes
from prediction.models import PredictionRequest
from prediction.services import known_items
from prediction.tests.answers import GLAND, PLATING, UNTIMED, WITH_PLATING
from prediction.views.showing import Wish
from registry.models import ModelVersion

if TYPE_CHECKING:
    from django.test import Client

    from registry.core.model import RoutingModel

pytestmark = pytest.mark.usefixtures("answering")
ASK = "/predict/"


def text_of(response: Any) -> str:
    """Return a page as a reader sees it: without marks, single spaces."""
    page = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(unescape(page).split())


def ask(browser: Client, **form: Any) -> Any:
    return browser.post(ASK, form, follow=True)


def test_ben_asks_for_an_item_and_reads_the_proposal(ben_browser: Client, code: str) -> None:
    response = ask(ben_browser, way="code", code=f" {code} ")
    page = text_of(response)
    assert response.redirect_chain
    assert code in page
    assert "Proposed routing," in page or "Needs a planner:" in page
    for heading in ("Candidates", "Similar items", "Why", "Setup, an order", "Run, a piece"):
        assert heading in page
    assert PredictionRequest.objects.get().asked_by == "ben@plant.example"


def test_a_time_that_nobody_knows_is_a_dash_and_totals_say_at_least() -> None:
    answer = replace(WITH_PLATING, operations=(UNTIMED, PLATING))
    (lane,) = lanes([answer], 1)
    table = render_to_string("prediction/_operations_table.html", {"lane": lane, "row": None})
    assert '<td class="number"><abbr title="unknown">–</abbr></td>' in table  # noqa: RUF001 -- the dash of the page
    context = {"prediction": GLAND, "best": lane, "wish": Wish(0, 1.0, "")}
    verdict = render_to_string("prediction/_verdict.html", context | {"verdict": "", "row": None})
    assert "at least 4.00 min" in verdict and "30.0 min" in verdict
    with override("ko"):
        assert "모름" in render_to_string(
            "prediction/_timeline.html", {"lanes": [lane], "row": None, "place": 0}
        )


def test_an_unknown_code_stays_on_the_page_with_the_reason(ben_browser: Client) -> None:
    response = ask(ben_browser, way="code", code="NO-SUCH-ITEM")
    assert not response.redirect_chain
    assert "Item NO-SUCH-ITEM is not known" in text_of(response)
    assert 'value="NO-SUCH-ITEM"' in response.content.decode()
    assert "Nothing yet." in text_of(response), "it is no question to come back to"


def test_a_part_of_a_code_that_is_sent_offers_the_items_that_may_be_meant(
    ben_browser: Client, code: str
) -> None:
    offered = ben_browser.post(ASK, {"way": "code", "code": code[:-1].lower(), "leave_out": "on"})
    assert "Which of these?" in text_of(offered)
    assert f'name="code" value="{code}"' in offered.content.decode()
    chosen = {"way": "code", "code": [code[:-1], code]}  # the field, then the button
    assert ask(ben_browser, **chosen).redirect_chain
    like = ben_browser.get(ASK, {"way": "describe", "like": code[:-1]})
    assert f"No known item has exactly the code {code[:-1]}." in text_of(like)
    assert f'name="like" value="{code}"' in like.content.decode()


def test_a_new_item_is_described_column_by_column(
    ben_browser: Client, records: list[dict[str, Any]]
) -> None:
    form = {name: value for name, value in records[0].items() if name != "ITEM_CD"}
    page = text_of(ask(ben_browser, way="describe", **form))
    assert "NEW-1" in page and "Candidates" in page


def test_an_empty_description_is_refused(ben_browser: Client) -> None:
    response = ask(ben_browser, way="describe", ITEM_CD="N-1")
    assert "Fill at least one field" in text_of(response)
    assert not PredictionRequest.objects.exists()


def test_a_description_may_start_from_a_known_item(
    ben_browser: Client, code: str, tiny_model: RoutingModel
) -> None:
    item = tiny_model.item(code)
    assert item is not None
    page = ben_browser.get(ASK, {"way": "describe", "like": code}).content.decode()
    assert f'value="{item.attributes["PART_TYPE"]}"' in page


def test_a_pasted_list_becomes_a_table_of_answers(
    ben_browser: Client, tiny_model: RoutingModel
) -> None:
    codes = list(tiny_model.item_codes[:3])
    pasted = f"{codes[0]}\r\n{codes[1]},\t{codes[2]}\n{codes[0]}\n\nNO-SUCH-ITEM"
    response = ask(ben_browser, way="list", codes=pasted)
    assert "Routings for 4 items" in text_of(response)
    assert [line.code for line in response.context["lines"]] == codes
    assert "NO-SUCH-ITEM is not known" in text_of(response)


def test_codes_typed_side_by_side_are_taken_apart_where_they_are_codes(
    ben_browser: Client, tiny_model: RoutingModel
) -> None:
    one, other, *_rest = tiny_model.item_codes
    page = text_of(ask(ben_browser, way="list", codes=f"{one} {other}\nNO SUCH ITEM"))
    assert "Routings for 3 items" in page and "Item NO SUCH ITEM is not known" in page


def test_one_answer_of_a_list_opens_in_full(ben_browser: Client, tiny_model: RoutingModel) -> None:
    codes = list(tiny_model.item_codes[:2])
    address = ask(ben_browser, way="list", codes="\n".join(codes)).request["PATH_INFO"]
    page = text_of(ben_browser.get(address, {"item": 1}))
    assert "Candidates" in page and codes[1] in page and "All items" in page


def test_a_list_without_codes_is_refused(ben_browser: Client) -> None:
    assert "There is no code" in text_of(ask(ben_browser, way="list", codes=" ,; \n"))


def test_known_items_are_offered_while_ben_types(
    ben_browser: Client, tiny_model: RoutingModel
) -> None:
    code = tiny_model.item_codes[7]
    page = ben_browser.get("/predict/items/", {"code": code[1:].lower()}).content.decode()
    assert f'<option value="{code}">' in page
    assert ben_browser.get("/predict/items/", {"code": ""}).content.strip() == b""


def test_items_are_found_by_name_and_by_drawing_number(
    ben_browser: Client, tiny_model: RoutingModel
) -> None:
    item = tiny_model.item(tiny_model.item_codes[7])
    assert item is not None
    for column in ("ITEM_NM", "DRAW_NO"):
        typed = str(item.attributes[column])
        page = ben_browser.get("/predict/items/", {"code": typed.lower()}).content.decode()
        assert f'<option value="{item.code}">' in page and typed in unescape(page), column


def test_a_similar_item_s_own_routing_is_laid_under_the_proposal(
    ben_browser: Client, code: str
) -> None:
    response = ask(ben_browser, way="code", code=code, leave_out="on")
    similar = response.context["similar"]
    chosen = similar[2].neighbour.item
    page = text_of(ben_browser.get(response.request["PATH_INFO"], {"neighbour": chosen}))
    assert f"How {chosen} is made" in page


def test_the_lot_size_changes_the_total(ben_browser: Client, code: str) -> None:
    address = ask(ben_browser, way="code", code=code).request["PATH_INFO"]
    one = ben_browser.get(address).context["best"]
    many = ben_browser.get(address, {"lot": "250"}).context["best"]
    assert many.lot.minutes == pytest.approx(one.setup.minutes + 250 * one.run.minutes)


SENSELESS = (
    "?lot=nan", "?lot=-1", "?lot=1e999", "?lot=x", "?item=7", "?item=-1", "?item=²",
    f"?item={'9' * 5000}", "?neighbour=NOBODY", "?format=exe",
)  # fmt: skip


def test_an_address_that_makes_no_sense_shows_the_answer_anyway(
    ben_browser: Client, code: str
) -> None:
    path = ask(ben_browser, way="code", code=code).request["PATH_INFO"]
    for address in SENSELESS:
        response = ben_browser.get(path + address)
        assert response.status_code == 200, address
        assert response.context["wish"].lot == 1.0, address
        assert ben_browser.get(f"{path}export/{address}").status_code == 200, address


def test_an_answer_is_downloaded_in_the_export_layout(ben_browser: Client, code: str) -> None:
    path = ask(ben_browser, way="code", code=code).request["PATH_INFO"]
    response = ben_browser.get(f"{path}export/")
    assert "attachment; filename=" in response.headers["Content-Disposition"]
    table = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert table[0]["ITEM_CD"] == code and table[0]["PRIORITY"] == "primary"
    assert ben_browser.get(f"{path}export/?format=xlsx").content.startswith(b"PK")


def test_what_was_asked_is_kept_in_a_list(ben_browser: Client, code: str) -> None:
    ask(ben_browser, way="code", code=code)
    assert code in text_of(ben_browser.get("/predict/history/"))
    assert code in text_of(ben_browser.get(ASK))


def test_the_page_speaks_korean(ben_browser: Client, code: str) -> None:
    ben_browser.cookies.load({"django_language": "ko"})
    page = text_of(ask(ben_browser, way="code", code=code))
    assert "후보 라우팅" in page and "유사 품목" in page
    assert "Candidates" not in page and "Needs a planner" not in page


def test_text_of_the_erp_is_never_taken_for_markup(ben_browser: Client) -> None:
    evil = "<script>alert(1)</script>"
    response = ask(ben_browser, way="describe", ITEM_CD=evil, ITEM_NM=evil, PART_TYPE="14")
    assert evil not in response.content.decode()


def test_strangers_are_sent_to_sign_in_and_auditors_may_read_but_not_ask(
    client: Client, otto: Any, ben_browser: Client, code: str
) -> None:
    path = ask(ben_browser, way="code", code=code).request["PATH_INFO"]
    assert client.get(path).headers["Location"].startswith("/login/")
    client.force_login(otto)
    assert client.get(ASK).status_code == 403
    assert client.get(path).status_code == 200


def test_without_an_active_version_the_page_says_what_to_do(ben_browser: Client) -> None:
    ModelVersion.objects.update(state="retired")
    loader.reset()
    response = ben_browser.get(ASK, {"way": "describe"})
    assert response.status_code == 503
    assert "No model version is active" in text_of(response)
    assert "No model version is active" in text_of(ask(ben_browser, way="code", code="A"))
    ben_browser.cookies["django_language"] = "ko"
    assert "사용 중인 모델 버전이 없습니다" in text_of(ben_browser.get(ASK, {"way": "describe"}))


def test_a_request_that_does_not_exist_is_not_found(ben_browser: Client) -> None:
    assert ben_browser.get("/predict/999999/").status_code == 404


def test_the_search_for_codes_is_ready_before_the_first_request(
    ben_browser: Client, code: str
) -> None:
    known_items.prepare(loader.active())
    (ready, *_) = known_items._shelves
    assert code in ben_browser.get("/predict/items/", {"code": code}).content.decode()
    coming = replace(loader.active(), identity="the next one")
    known_items.prepare(coming)
    ben_browser.get("/predict/items/", {"code": code})
    assert [shelf.version for shelf in known_items._shelves] == ["the next one", ready.version]
    assert known_items._shelves[1] is ready


def test_an_answer_kept_before_reasons_had_codes_still_opens(ben_browser: Client) -> None:
    ask(ben_browser, way="list", codes="NO-SUCH-ITEM, NEITHER-THIS")
    row = PredictionRequest.objects.get()
    row.results["answers"] = [
        {
            "ITEM_CD": "NO-SUCH-ITEM",
            "abstained": True,
            "reason": "No similar item is known: the nearest is only 41% alike.",
            "candidates": [
                {
                    "ROUTING_SIGNATURE": "TURN+INSP",
                    "CONFIDENCE": 0.2,
                    "SIMILARITY_SCORE": 0.41,
                    "REFERENCE_ITEM_CD": None,
                }
            ],
        }
    ]
    row.save()
    page = text_of(ben_browser.get(row.get_absolute_url()))
    assert "needs a planner TURN INSP" in page
