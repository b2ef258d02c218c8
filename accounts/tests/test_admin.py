"""Ana's desk: signups, roles and the audit log in Django admin."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts import audit, tokens
from accounts.models import AuditEvent, SignIn, User

pytestmark = pytest.mark.django_db
PEOPLE = "/admin/accounts/user/"


def decide(browser: Client, action: str, person: User, **answer: str) -> str:
    given = {"action": action, "_selected_action": str(person.pk), "index": "0", **answer}
    return browser.post(PEOPLE, given, follow=True).content.decode()


def test_approving_asks_for_the_role_first(ana_browser: Client, cleo: User) -> None:
    page = decide(ana_browser, "approve", cleo)
    assert "cleo@plant.example" in page
    assert "Planner" in page
    cleo.refresh_from_db()
    assert not cleo.is_active


def test_approving_with_a_role_lets_the_person_in(ana_browser: Client, cleo: User) -> None:
    page = decide(ana_browser, "approve", cleo, confirmed="yes", role="engineer")
    assert "Approved: cleo@plant.example" in page
    cleo.refresh_from_db()
    assert (cleo.is_active, cleo.role) == (True, "engineer")


def test_who_opens_a_person_decides_there(
    ana_browser: Client, cleo: User, ben: User, otto: User
) -> None:
    def offered(browser: Client, person: User) -> set[str]:
        page = browser.get(f"/admin/accounts/user/{person.pk}/change/").content.decode()
        assert f'name="_selected_action" value="{person.pk}"' in page
        return set(re.findall(r'name="action" value="(\w+)"', page))

    assert offered(ana_browser, cleo) == {"approve", "reject"}
    assert offered(ana_browser, ben) == {"reset_password", "sign_out"}
    ana_browser.force_login(otto)
    assert offered(ana_browser, cleo) == set(), "the auditor only reads"


def test_rejecting_needs_a_reason(ana_browser: Client, cleo: User) -> None:
    decide(ana_browser, "reject", cleo, confirmed="yes", reason="")
    cleo.refresh_from_db()
    assert cleo.state == "pending"
    decide(ana_browser, "reject", cleo, confirmed="yes", reason="left the plant")
    cleo.refresh_from_db()
    assert (cleo.state, cleo.decision_reason) == ("rejected", "left the plant")


def test_deciding_twice_is_told_and_not_done(ana_browser: Client, ben: User) -> None:
    page = decide(ana_browser, "reject", ben, confirmed="yes", reason="by mistake")
    assert "has been decided before" in page
    ben.refresh_from_db()
    assert ben.is_active


def test_changing_a_role_is_written_down_with_before_and_after(
    ana_browser: Client, ben: User
) -> None:
    ana_browser.post(
        f"{PEOPLE}{ben.pk}/change/", {"role": "engineer", "name": "Ben", "is_active": "on"}
    )
    entry = AuditEvent.objects.get(action="accounts.person.changed")
    assert (entry.actor, entry.before, entry.after) == (
        "ana@plant.example", {"role": "planner"}, {"role": "engineer"}
    )  # fmt: skip


def test_closing_an_account_signs_the_person_out_everywhere(ana_browser: Client, ben: User) -> None:
    tokens.start(ben)
    ana_browser.post(f"{PEOPLE}{ben.pk}/change/", {"role": "planner", "name": "Ben"})
    ben.refresh_from_db()
    assert not ben.is_active
    assert not SignIn.objects.filter(user=ben, ended_at=None).exists()


def test_a_pending_person_cannot_be_switched_on_past_the_decision(
    ana_browser: Client, cleo: User
) -> None:
    ana_browser.post(f"{PEOPLE}{cleo.pk}/change/", {"role": "administrator", "is_active": "on"})
    cleo.refresh_from_db()
    assert (cleo.is_active, cleo.role) == (False, "planner")


def test_the_auditor_reads_and_decides_nothing(otto: User, cleo: User, client: Client) -> None:
    client.force_login(otto)
    assert client.get(PEOPLE).status_code == 200
    decide(client, "approve", cleo, confirmed="yes", role="planner")
    cleo.refresh_from_db()
    assert cleo.state == "pending"


def test_the_planner_is_told_that_this_is_not_for_the_role(ben_browser: Client) -> None:
    answer = ben_browser.get("/admin/")
    assert answer.status_code == 403
    assert "Your role may not do this." in answer.content.decode()


def test_the_audit_log_offers_no_way_to_change_it(ana_browser: Client, ana: User) -> None:
    entry = audit.record(action="x.done", by="x", target="y")
    place = "/admin/accounts/auditevent/"
    assert "x.done" in ana_browser.get(place).content.decode()
    assert ana_browser.get(f"{place}add/").status_code == 403
    assert ana_browser.post(f"{place}{entry.pk}/delete/").status_code == 403
    assert ana_browser.post(f"{place}{entry.pk}/change/", {"action": "z"}).status_code == 403


def test_signing_out_of_admin_signs_out_of_the_product(ana_browser: Client) -> None:
    ana_browser.post("/admin/logout/")
    assert ana_browser.get("/admin/").status_code == 302


def test_the_navigation_says_how_many_wait_to_who_decides(
    ana_browser: Client, ben_browser: Client, cleo: User
) -> None:
    waits = "1 person waits for approval"
    assert waits in ana_browser.get("/account/").content.decode()
    assert waits not in ben_browser.get("/account/").content.decode()
    cleo.delete()
    assert "nav-count" not in ana_browser.get("/account/").content.decode()
