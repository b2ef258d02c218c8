"""Cleo asks for an account; Ana decides."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import AuditEvent, Role, SignupState, User
from accounts.services import signups

pytestmark = pytest.mark.django_db
ASKED = {"email": "Cleo@Plant.example", "name": "Cleo", "password": "quiet rivers bend"}


def test_a_signup_waits_and_cannot_sign_in(anonymous_api: APIClient) -> None:
    assert anonymous_api.post("/api/auth/signup", ASKED).status_code == 202
    cleo = User.objects.get(email="cleo@plant.example")
    assert (cleo.state, cleo.is_active) == (SignupState.PENDING, False)


def test_the_page_leads_to_what_happens_next(client: Client) -> None:
    response = client.post("/signup/", ASKED, follow=True)
    assert response.redirect_chain == [("/signup/waiting/", 302)]
    assert "Your request is with an administrator" in response.content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"password": "short"}, "too short"),
        ({"password": "1234567890"}, "too common"),
        ({"password": "cleo@plant.example"}, "too similar"),
        ({"password": "my RoutingML password"}, "may not contain “RoutingML”"),
        ({"email": "not an address"}, "valid email"),
    ],
)
def test_a_weak_request_is_told_what_is_wrong_with_it(
    anonymous_api: APIClient, client: Client, changed: dict[str, str], said: str
) -> None:
    response = anonymous_api.post("/api/auth/signup", ASKED | changed)
    assert response.status_code == 400
    assert said in str(response.json()["error"]["extra"]["fields"])
    assert said in client.post("/signup/", ASKED | changed).content.decode()
    assert not User.objects.exists()


def test_asking_for_an_existing_account_looks_the_same_and_changes_nothing(
    ben: User, anonymous_api: APIClient
) -> None:
    before = User.objects.get(pk=ben.pk).password
    fresh = anonymous_api.post("/api/auth/signup", ASKED)
    taken = anonymous_api.post("/api/auth/signup", ASKED | {"email": ben.email})
    assert (fresh.status_code, fresh.json()) == (taken.status_code, taken.json())
    ben.refresh_from_db()
    assert (ben.password, ben.state) == (before, SignupState.APPROVED)


def test_ana_lets_cleo_in_as_an_engineer(ana: User, cleo: User) -> None:
    signups.approve_signup(cleo, by=ana, role=Role.ENGINEER)
    assert (cleo.state, cleo.is_active, cleo.role) == ("approved", True, "engineer")
    assert cleo.decided_by == ana.email
    assert cleo.decided_at is not None
    entry = AuditEvent.objects.get(action="accounts.signup.approved")
    assert (entry.actor, entry.target) == (ana.email, cleo.email)


def test_ana_turns_cleo_down_with_a_reason_and_cleo_may_ask_again(
    ana: User, cleo: User, anonymous_api: APIClient
) -> None:
    signups.reject_signup(cleo, by=ana, reason="unknown to the plant")
    assert (cleo.state, cleo.is_active) == ("rejected", False)
    assert cleo.decision_reason == "unknown to the plant"

    anonymous_api.post("/api/auth/signup", ASKED)
    cleo.refresh_from_db()
    assert (cleo.state, cleo.decided_at, cleo.decision_reason) == ("pending", None, "")
    assert cleo.check_password(ASKED["password"])


def test_a_signup_is_decided_once(ana: User, cleo: User) -> None:
    stale = User.objects.get(pk=cleo.pk)
    signups.approve_signup(cleo, by=ana)
    with pytest.raises(signups.AlreadyDecided):
        signups.reject_signup(stale, by=ana, reason="too late")
    cleo.refresh_from_db()
    assert cleo.state == SignupState.APPROVED


def test_approving_without_a_known_role_is_refused_before_anything_changes(
    ana: User, cleo: User
) -> None:
    with pytest.raises(ValueError, match="emperor"):
        signups.approve_signup(cleo, by=ana, role="emperor")
    cleo.refresh_from_db()
    assert cleo.state == SignupState.PENDING


def test_a_failing_audit_undoes_the_decision(
    ana: User, cleo: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: Any) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("accounts.audit.record", broken)
    with pytest.raises(OSError, match="disk full"):
        signups.approve_signup(cleo, by=ana)
    cleo.refresh_from_db()
    assert cleo.state == SignupState.PENDING
