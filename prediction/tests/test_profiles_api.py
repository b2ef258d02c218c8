"""Profiles, selections and whole answers: what programs and planners hand to the ERP."""

from __future__ import annotations

import csv
import io
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from accounts.models import AuditEvent
from prediction.models import Draft, RoutingRule
from prediction.services import drafts, output_profiles
from prediction.tests.test_pages import ask, text_of
from registry.services import mappings

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client
    from rest_framework.test import APIClient

    from accounts.models import User
    from registry.core.model import RoutingModel

pytestmark = pytest.mark.usefixtures("answering")
API = "/api/mapping-profiles"
SMALL = {
    "table": "ROUTING_IN",
    "columns": [
        {"name": "ITEM", "field": "ITEM_CD", "max_length": 3},
        {"name": "OP", "field": "dbo_BI_ROUTING_VIEW_JOB_CD"},
    ],
}


@pytest.fixture
def approved(draft: Draft, ben: User) -> Draft:
    """Ben's draft, approved as it was proposed."""
    RoutingRule.objects.all().delete()
    return drafts.approve(draft=draft, revision=1, by=ben)


def test_a_profile_is_saved_tried_and_used_by_a_program(
    eva_api: APIClient, ben_api: APIClient, approved: Draft
) -> None:
    made = eva_api.post(API, {"name": "mes", "document": SMALL}, format="json")
    assert (made.status_code, made.data["revision"], made.data["is_active"]) == (201, 1, False)
    number = made.data["id"]
    tried = eva_api.post(f"{API}/{number}/preview", {"drafts": [approved.pk]}, format="json")
    (table,) = tried.data["tables"]
    assert [row[1] for row in table["rows"]] == [step.job for step in approved.to_steps()]
    assert table["wrong"][0] == {"row": 1, "column": "ITEM", "fault": "too_long", "limit": 3}
    assert drafts.get(approved.pk).state == "approved", "a preview exports nothing"
    assert eva_api.post(f"{API}/{number}/activate").data["is_active"]
    assert output_profiles.active().name == "mes r1"
    assert [each["name"] for each in ben_api.get(API).data["results"]] == ["mes"]
    assert ben_api.post(f"{API}/{number}/activate").status_code == 403


def test_a_document_that_is_no_profile_is_refused_with_its_reasons(eva_api: APIClient) -> None:
    document = {"columns": [{"name": "ITEM", "field": "NO_SUCH"}]}
    refused = eva_api.post(API, {"name": "mes", "document": document}, format="json")
    assert (refused.status_code, refused.data["error"]["code"]) == (400, "bad_output_profile")
    assert "NO_SUCH" in refused.data["error"]["message"]


def test_how_the_erp_is_read_is_an_administrators_choice(
    eva_api: APIClient, ana_api: APIClient
) -> None:
    document = mappings.active_profile().document
    sent = {"name": "second", "direction": "input", "document": document}
    number = eva_api.post(API, sent, format="json").data["id"]
    assert eva_api.post(f"{API}/{number}/activate").status_code == 403
    assert ana_api.post(f"{API}/{number}/activate").status_code == 200
    assert mappings.active_profile().name == "second"


def test_a_program_fetches_several_drafts_or_hands_them_to_the_erp(
    ben_api: APIClient, approved: Draft, settings: Any, tmp_path: Path
) -> None:
    assert approved.request is not None
    other = drafts.begin(request=approved.request, rank=2, by="ben")
    other = drafts.approve(draft=other, revision=1, by="ben")
    chosen = {"drafts": [approved.pk, other.pk]}
    file = ben_api.post("/api/drafts/export", chosen, format="json").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    expected = [step.job for each in (approved, other) for step in each.to_steps()]
    assert [row["dbo_BI_ROUTING_VIEW_JOB_CD"] for row in rows] == expected
    document = {"table": "T", "columns": [{"name": "OP", "field": "dbo_BI_ROUTING_VIEW_JOB_CD"}]}
    row = output_profiles.save(name="ops", document=document, by="eva")
    mappings.activate_profile(profile=row, by="eva")
    with sqlite3.connect(tmp_path / "staging.sqlite3") as database:
        database.execute("CREATE TABLE T (OP)")
        settings.STAGING_URL = f"sqlite:///{(tmp_path / 'staging.sqlite3').as_posix()}"
        answer = ben_api.post("/api/drafts/staging", chosen, format="json")
        assert answer.data == {"table": "T", "rows": len(expected)}
        assert [one for (one,) in database.execute("SELECT OP FROM T")] == expected
    database.close()
    exported = AuditEvent.objects.filter(action="prediction.draft.exported")
    assert [event.after["to"] for event in exported.order_by("pk") if event.after] == [
        "csv",
        "table T",
    ]


def test_a_whole_answer_goes_out_as_the_erp_takes_it(
    ben_browser: Client, tiny_model: RoutingModel
) -> None:
    codes = tiny_model.item_codes[:6]
    page = ask(ben_browser, way="list", codes="\n".join(codes), leave_out="on")
    row = page.context["row"]
    sure = [line.code for line in page.context["lines"] if line.is_sure]
    assert sure
    address = f"/drafts/export/?answer={row.pk}"
    assert address in page.content.decode()
    assert f"Export {len(sure)} routing" in text_of(ben_browser.get(address))
    sent = {"answer": row.pk, "format": "csv", "to": "file"}
    file = ben_browser.post("/drafts/export/", sent).content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(file)))
    assert list(dict.fromkeys(one["ITEM_CD"] for one in rows)) == sure
    assert AuditEvent.objects.filter(action="prediction.draft.exported").count() == 1


def test_the_admin_leads_to_the_page_that_knows_output_profiles(
    ana_browser: Client, eva: User
) -> None:
    row = output_profiles.save(name="mes", document=SMALL, by=eva)
    listed = ana_browser.get("/admin/registry/mappingprofile/").content.decode()
    assert f"/output-profiles/?from={row.pk}" in listed
    activate = ana_browser.get(f"/admin/registry/mappingprofile/{row.pk}/activate/")
    assert activate.headers["Location"] == "/output-profiles/"
