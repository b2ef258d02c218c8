"""Rules as rows: changed in Django admin, accepted from what the plant's routings show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import AuditEvent
from prediction.models import RoutingRule
from prediction.services import rules
from prediction.tests.test_pages import text_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User

pytestmark = pytest.mark.usefixtures("answering")
ADD = "/admin/prediction/routingrule/add/"


def filled(**changed: Any) -> dict[str, Any]:
    document = {"before": "WASH", "after": "PACK"}
    form = {"name": "Wash first", "kind": "order", "severity": "error", "is_active": "on"}
    return form | {"document": json.dumps(document), "items": "{}"} | changed


def test_ana_adds_changes_and_removes_a_rule_and_each_is_written_down(ana_browser: Client) -> None:
    assert ana_browser.post(ADD, filled()).status_code == 302
    row = RoutingRule.objects.get(name="Wash first")
    assert (row.origin, row.changed_by) == ("own", "ana@plant.example")
    address = f"/admin/prediction/routingrule/{row.pk}"
    ana_browser.post(f"{address}/change/", filled(severity="info"))
    ana_browser.post(f"{address}/delete/", {"post": "yes"})
    events = AuditEvent.objects.filter(target="Wash first").order_by("number")
    assert [event.action for event in events] == [
        "prediction.rule.saved",
        "prediction.rule.saved",
        "prediction.rule.removed",
    ]
    assert (events[1].before or {})["severity"] == "error"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"document": "{}"}, "a rule of kind order needs after"),
        ({"document": "[]"}, "has no document"),
        ({"document": '{"before": 3, "after": "B"}'}, "before must be the code"),
        ({"items": "[1]"}, "items must be an object"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_reason(
    ana_browser: Client, changed: dict[str, str], told: str
) -> None:
    page = ana_browser.post(ADD, filled(**changed))
    assert told in text_of(page)
    assert not RoutingRule.objects.filter(name="Wash first").exists()


def test_what_is_no_json_is_told_alone(ana_browser: Client) -> None:
    page = text_of(ana_browser.post(ADD, filled(document="{bad")))
    assert "Enter a valid JSON." in page and "a rule of kind" not in page


def test_a_rule_is_written_and_refused_in_korean(ana_browser: Client) -> None:
    ana_browser.cookies["django_language"] = "ko"
    assert "공정 순서 (order)" in text_of(ana_browser.get(ADD))
    page = text_of(ana_browser.post(ADD, filled(document='{"before": "A"}')))
    assert "order 규칙에는 after이(가) 필요합니다." in page


@pytest.mark.parametrize(
    ("kind", "document", "items", "says"),
    [
        ("limit", {"field": "setup_minutes", "max": 1440}, {},
         "Every operation: the setup time is at most 1,440 min."),
        ("limit", {"field": "operations", "min": 1, "max": 60}, {},
         "The number of operations is from 1 to 60."),
        ("limit", {"field": "run_minutes", "min": 0.5, "job": ["TURN", "MILL"]}, {},
         "TURN or MILL: the run time is at least 0.5 min."),
        ("required", {"field": "resource", "outsourced": False}, {},
         "Every in-house operation: the resource is given."),
        ("required", {"job": "PACK"}, {}, "The routing has the operation PACK."),
        ("order", {"before": ["WASH", "RINSE"], "after": "PACK"},
         {"PART_TYPE": ["RING", "SEAL"]},
         "WASH or RINSE comes before PACK. Only for items with Part type RING or SEAL."),
        ("forbidden_pair", {"first": "A", "second": "B"}, {}, "A and B are not in one routing."),
        ("forbidden_pair", {"first": "A", "second": "B", "adjacent": True}, {},
         "B does not follow A directly."),
        ("max_count", {"job": "*", "most": 1, "in_a_row": True}, {},
         "The same operation is there at most 1 time in a row."),
        ("max_count", {"job": "INSP", "most": 3}, {},
         "INSP is there at most 3 times in a routing."),
    ],
)  # fmt: skip
def test_a_rule_is_read_as_a_sentence(
    ben_browser: Client, kind: str, document: Any, items: Any, says: str
) -> None:
    RoutingRule.objects.create(
        name="One rule", kind=kind, severity="error", document=document, items=items
    )
    assert f"One rule {says}" in text_of(ben_browser.get("/rules/"))


def test_eva_accepts_what_the_routings_show_and_ben_does_not(
    client: Client, ben_browser: Client, eva: User
) -> None:
    best = rules.proposals()[0]
    assert f"{best.kept} of {best.both}" in text_of(ben_browser.get("/rules/"))
    assert ben_browser.post("/rules/", {"accept": best.rule.name}).status_code == 403
    client.force_login(eva)
    client.post("/rules/", {"accept": best.rule.name})
    row = RoutingRule.objects.get(name=best.rule.name)
    assert (row.origin, row.severity, row.evidence) == (
        "mined",
        "warning",
        f"{best.kept} / {best.both}",
    )
    assert best not in rules.proposals()
    again = client.post("/rules/", {"accept": best.rule.name}, follow=True)
    assert "is not proposed any more" in text_of(again)


def test_a_rule_that_is_switched_off_is_not_checked() -> None:
    before = len(rules.in_force())
    RoutingRule.objects.filter(name="A routing has an operation").update(is_active=False)
    assert len(rules.in_force()) == before - 1


def test_of_two_who_accept_the_same_rule_at_once_one_is_told_so(
    ana: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = rules.proposals()
    rules.accept(name=found[0].rule.name, by=ana)
    monkeypatch.setattr(rules, "proposals", lambda: found)  # as it was a moment ago
    with pytest.raises(rules.NoProposal):
        rules.accept(name=found[0].rule.name, by=ana)
    assert RoutingRule.objects.filter(name=found[0].rule.name).count() == 1
