"""Many people at once from a list; what administrators do by API; who is told by e-mail."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import AuditEvent, User
from accounts.services import people

pytestmark = pytest.mark.django_db
IMPORT = "/admin/accounts/user/import/"


def upload(browser: Client, text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    file = io.BytesIO(content)
    file.name = "people.csv"
    return browser.post(IMPORT, {"file": file}).content.decode()


def test_a_list_of_people_gives_each_a_one_time_password(ana_browser: Client) -> None:
    page = upload(
        ana_browser, "\ufeffEmail,Name,Role\nDora@plant.example,Dora,engineer\nf@x.example,,\n"
    )
    dora = User.objects.get(email="dora@plant.example")
    assert (dora.role, dora.is_active, dora.must_change_password) == ("engineer", True, True)
    assert User.objects.get(email="f@x.example").role == "planner"
    assert page.count("<code>") == 2
    assert AuditEvent.objects.filter(action="accounts.person.created").count() == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nDora\n", "The first line must name the columns"),
        ("email,salary\nd@x.example,1\n", "The first line must name the columns"),
        ("email\nd@x.example\nnobody\n", "Line 3: &#x27;nobody&#x27; is no e-mail address"),
        ("email,role\nd@x.example,emperor\n", "Line 2: &#x27;emperor&#x27; is no role"),
        ("email\nd@x.example\nD@X.example\n", "Line 3: d@x.example is there already"),
        ("email\nana@plant.example\n", "Line 2: ana@plant.example is there already"),
        ("email\nd@x.example,a,b\n", "Line 2: too many columns"),
        ("email\n", "The file has no people in it."),
        (b"\xff\xfe\x00", "The file is not UTF-8 text."),
        (b"x" * (1024 * 1024 + 1), "The file is larger than 1 MB."),
        (b"", "The submitted file is empty."),
        ('email\n"' + "x" * 200_000, "The file cannot be read as CSV: field larger than"),
    ],
)
def test_a_list_with_a_mistake_adds_nobody_and_says_where(
    ana_browser: Client, text: str | bytes, said: str
) -> None:
    assert said in upload(ana_browser, text)
    assert User.objects.count() == 1


def test_a_list_has_a_largest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "MOST_PEOPLE", 1)
    with pytest.raises(people.ListUnreadable, match="More than 1 people"):
        people.read_list(b"email\na@x.example\nb@x.example\n")


def test_ana_does_not_take_her_own_rights_away(ana: User, ana_browser: Client) -> None:
    given = {"role": "planner", "name": "Ana", "is_active": "on"}
    assert ana_browser.post(f"/admin/accounts/user/{ana.pk}/change/", given).status_code == 403
    ana.refresh_from_db()
    assert ana.role == "administrator"


def test_signups_are_decided_at_the_api_too(ana_api: APIClient, cleo: User, ben: User) -> None:
    waiting = ana_api.get("/api/auth/users").json()["results"]
    assert waiting[0]["email"] == cleo.email
    place = f"/api/auth/users/{cleo.pk}"
    assert ana_api.post(f"{place}/approve", {"role": "engineer"}).json()["role"] == "engineer"
    answer = ana_api.post(f"{place}/reject", {"reason": "too late"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "already_decided")


def test_the_rejected_are_told_why_once_their_password_is_right(
    ana_api: APIClient, cleo: User, password: str, anonymous_api: APIClient
) -> None:
    ana_api.post(f"/api/auth/users/{cleo.pk}/reject", {"reason": "unknown to the plant"})
    given = {"email": cleo.email, "password": password}
    answer = anonymous_api.post("/api/auth/login", given)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "signup_rejected")
    assert "unknown to the plant. You may ask again." in answer.json()["error"]["message"]
    wrong = anonymous_api.post("/api/auth/login", given | {"password": "a wrong one"})
    assert wrong.json()["error"]["code"] == "sign_in_refused"


def test_the_auditor_reads_the_log_at_the_api_and_filters_it(
    otto_api: APIClient, ben_api: APIClient, ana: User, cleo: User
) -> None:
    people.reset_password(ana, by=ana)
    people.reset_password(ana, by=cleo)
    found = otto_api.get("/api/audit?actor=cleo@plant.example").json()["results"]
    assert [(entry["number"], entry["action"]) for entry in found] == [
        (2, "accounts.password.reset")
    ]
    assert otto_api.get("/api/audit?since=yesterday").status_code == 400
    assert ben_api.get("/api/audit").status_code == 403


def told() -> list[tuple[list[str], str]]:
    return [(message.to, str(message.subject)) for message in mail.outbox]


def test_nothing_is_sent_unless_a_mail_server_is_named(
    ana: User, anonymous_api: APIClient, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        anonymous_api.post("/api/auth/signup", {"email": "d@x.example", "password": "quiet rivers"})
    assert mail.outbox == []


def test_administrators_hear_of_requests_and_people_of_decisions(
    ana: User, anonymous_api: APIClient, ana_api: APIClient, settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    settings.EMAIL_HOST = "mail.plant.example"
    given = {"email": "d@x.example", "password": "quiet rivers"}
    with django_capture_on_commit_callbacks(execute=True):
        anonymous_api.post("/api/auth/signup", given)
        anonymous_api.post("/api/auth/signup", given)
    dora = User.objects.get(email="d@x.example")
    with django_capture_on_commit_callbacks(execute=True):
        ana_api.post(f"/api/auth/users/{dora.pk}/approve", {"role": "planner"})
        once = ana_api.post(f"/api/auth/users/{dora.pk}/reset-password").json()["password"]
    assert told() == [
        ([ana.email], "RoutingML: somebody asks for an account"),
        ([dora.email], "RoutingML: your account"),
        ([dora.email], "RoutingML: your account is open"),
        ([dora.email], "RoutingML: your password was reset"),
    ]
    assert not any(once in message.body for message in mail.outbox)
