"""Drafts: begun from a proposal, saved by several people, approved with the rules' consent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import AuditEvent
from prediction.core import drafts as core
from prediction.core.shipped_rules import SHIPPED
from prediction.models import Channel, Draft, PredictionRequest, RoutingRule
from prediction.services import drafts, predictions, rules
from prediction.services.drafts import DraftBlocked, DraftClosed, DraftConflict, ReasonNeeded

if TYPE_CHECKING:
    from rest_framework.test import APIClient

    from accounts.models import User

pytestmark = pytest.mark.usefixtures("answering")


@pytest.fixture
def asked(code: str) -> PredictionRequest:
    """A stored answer to Ben's question."""
    answer = predictions.predict(
        codes=[code], leave_out=True, channel=Channel.PAGE, by="ben@plant.example"
    )
    assert answer.request is not None
    return answer.request


@pytest.fixture
def draft(asked: PredictionRequest, ben: User) -> Draft:
    """Ben's draft of the first candidate."""
    return drafts.begin(request=asked, by=ben)


def forbid(steps: core.Steps, severity: str) -> RoutingRule:
    """Add a rule that the routing breaks."""
    row = RoutingRule(
        name="No routing like this",
        kind="max_count",
        severity=severity,
        document={"job": steps[0].job, "most": 0},
    )
    row.full_clean()
    rules.save(row=row, by="ana")
    return row


def test_a_draft_begins_as_the_proposal_and_keeps_it(draft: Draft, asked: Any) -> None:
    best = asked.results["answers"][0]["candidates"][0]
    assert "+".join(step.job for step in draft.to_steps()) == best["ROUTING_SIGNATURE"]
    assert draft.to_steps() == draft.to_proposal()
    assert (draft.revision, draft.state, draft.owner) == (1, "open", "ben@plant.example")
    assert draft.attributes


def test_a_candidate_that_was_not_proposed_cannot_be_edited(asked: Any, ben: User) -> None:
    for wish in ({"rank": 99}, {"place": 7}):
        with pytest.raises(drafts.NothingProposed, match="has no candidate"):
            drafts.begin(request=asked, by=ben, **wish)


def test_every_save_is_a_revision_that_can_be_opened_again(draft: Draft, ben: User) -> None:
    steps = draft.to_steps()
    saved = drafts.save(draft=draft, steps=core.removed(steps, 0), revision=1, by=ben)
    assert (saved.revision, len(saved.to_steps())) == (2, len(steps) - 1)
    assert drafts.at_revision(saved, 1) == steps
    assert [row.number for row in drafts.history(saved)] == [2, 1]


def test_saving_what_is_there_already_is_no_revision(draft: Draft, ben: User) -> None:
    saved = drafts.save(draft=draft, steps=draft.to_steps(), revision=1, by=ben)
    assert saved.revision == 1


def test_nobody_overwrites_what_somebody_else_saved(draft: Draft, ben: User, eva: User) -> None:
    steps = draft.to_steps()
    drafts.save(draft=draft, steps=core.removed(steps, 0), revision=1, by=eva)
    with pytest.raises(DraftConflict, match=r"eva@plant.example saved .* revision 2") as conflict:
        drafts.save(draft=draft, steps=core.moved(steps, 0, 1), revision=1, by=ben)
    assert conflict.value.extra["saved_by"] == "eva@plant.example"
    assert len(drafts.get(draft.pk).to_steps()) == len(steps) - 1


def test_an_error_blocks_whatever_the_reason(draft: Draft, ben: User) -> None:
    forbid(draft.to_steps(), "error")
    with pytest.raises(DraftBlocked, match="1 rule forbids"):
        drafts.approve(draft=draft, revision=1, reason="I know better", by=ben)
    assert drafts.get(draft.pk).is_open


def test_a_warning_asks_for_a_reason_that_is_kept(draft: Draft, ben: User) -> None:
    RoutingRule.objects.all().delete()
    forbid(draft.to_steps(), "warning")
    with pytest.raises(ReasonNeeded):
        drafts.approve(draft=draft, revision=1, reason="  ", by=ben)
    approved = drafts.approve(draft=draft, revision=1, reason="First of its kind", by=ben)
    assert (approved.reason, approved.approved_by) == ("First of its kind", "ben@plant.example")
    event = AuditEvent.objects.get(action="prediction.draft.approved")
    assert event.after is not None and event.after["reason"] == "First of its kind"


def test_approval_keeps_what_was_changed_as_feedback(draft: Draft, ben: User) -> None:
    RoutingRule.objects.all().delete()
    steps = draft.to_steps()
    saved = drafts.save(draft=draft, steps=steps[1:], revision=1, by=ben)
    approved = drafts.approve(draft=saved, revision=2, by=ben)
    assert approved.edit_distance == 1
    assert approved.adoption == pytest.approx((len(steps) - 1) / len(steps))


def test_only_what_was_looked_at_is_approved(draft: Draft, ben: User, eva: User) -> None:
    saved = drafts.save(draft=draft, steps=draft.to_steps()[1:], revision=1, by=eva)
    with pytest.raises(DraftConflict):
        drafts.approve(draft=saved, revision=1, reason="x", by=ben)


def test_an_approved_draft_is_opened_again_before_it_is_edited(draft: Draft, ben: User) -> None:
    RoutingRule.objects.all().delete()
    approved = drafts.approve(draft=draft, revision=1, by=ben)
    with pytest.raises(DraftClosed, match="approved this draft"):
        drafts.save(draft=approved, steps=(), revision=1, by=ben)
    with pytest.raises(DraftClosed):
        drafts.approve(draft=approved, revision=1, by=ben)
    opened = drafts.reopen(draft=approved, by=ben)
    assert opened.is_open and opened.adoption is None
    assert drafts.save(draft=opened, steps=(), revision=1, by=ben).revision == 2


def test_a_program_edits_validates_and_approves(ben_api: APIClient, asked: Any) -> None:
    begun = ben_api.post("/api/drafts", {"request": asked.pk})
    assert begun.status_code == 201
    body, address = begun.json(), f"/api/drafts/{begun.json()['id']}"
    assert ben_api.get("/api/drafts").json()["results"][0]["ITEM_CD"] == body["ITEM_CD"]
    body["operations"][0]["run_minutes"] = -1
    sent = {"revision": 1, "operations": body["operations"]}
    saved = ben_api.patch(address, sent).json()
    assert saved["revision"] == 2 and saved["change"]["retimed"] == 1
    first = saved["violations"][0]
    assert (first["rule"], first["places"]) == ("Run time is not negative", [0])
    assert "run time is -1 min; at least 0 min is allowed" in first["message"]
    assert ben_api.post(f"{address}/validate").json()["violations"] == saved["violations"]
    refused = ben_api.post(f"{address}/approve", {"revision": 2, "reason": "so be it"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "draft_blocked")


def test_a_program_is_told_of_a_conflict(
    ben_api: APIClient, eva_api: APIClient, draft: Any
) -> None:
    address = f"/api/drafts/{draft.pk}"
    operations = ben_api.get(address).json()["operations"]
    assert eva_api.patch(address, {"revision": 1, "operations": operations[1:]}).status_code == 200
    answer = ben_api.patch(address, {"revision": 1, "operations": operations[:-1]})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (409, "draft_conflict")
    assert (error["extra"]["revision"], error["extra"]["saved_by"]) == (2, "eva@plant.example")


@pytest.mark.parametrize("body", [{}, {"request": 987654}, {"request": "x"}, {"request": 2**80}])
def test_a_draft_of_nothing_is_refused(ben_api: APIClient, body: dict[str, Any]) -> None:
    assert ben_api.post("/api/drafts", body).status_code in (400, 404)


def test_any_routing_can_be_checked_with_rules_of_ones_own(ben_api: APIClient) -> None:
    order = {"name": "Wash first", "kind": "order", "before": "WASH", "after": "PACK"}
    operations = [{"job": "PACK"}, {"job": "WASH"}]
    body = {"operations": operations, "rules": [order]}
    (found,) = ben_api.post("/api/rules/validate", body).json()["violations"]
    assert found["message"] == "WASH must come before PACK; it comes after it."
    assert found["sequences"] == [10, 20]
    bad = ben_api.post("/api/rules/validate", {"operations": operations, "rules": [{}]})
    assert (bad.status_code, bad.json()["error"]["code"]) == (400, "bad_rule")


def test_an_auditor_reads_drafts_and_changes_none(otto_api: APIClient, draft: Any) -> None:
    address = f"/api/drafts/{draft.pk}"
    body = otto_api.get(address).json()
    told = {"revision": 1, "operations": body["operations"]}
    assert otto_api.patch(address, told).status_code == 403
    assert otto_api.post(f"{address}/approve", {"revision": 1}).status_code == 403


def test_the_shipped_rules_are_there_and_are_added_only_once() -> None:
    assert RoutingRule.objects.filter(origin="shipped").count() == len(SHIPPED)
    assert rules.ship() == 0
    RoutingRule.objects.all().delete()
    assert rules.ship() == len(SHIPPED)
