"""Changing a password, and getting a new one when it is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import AuditEvent, User
from accounts.services import people

pytestmark = pytest.mark.django_db
NEW = "quiet rivers bend"


def change(browser: Client, current: str, new: str = NEW, again: str = NEW) -> str:
    given = {"current": current, "new": new, "again": again}
    return browser.post("/account/password/", given, follow=True).content.decode()


def sign_in(email: str, password: str) -> Any:
    return APIClient().post(
        "/api/auth/login", {"email": email, "password": password, "use": "bearer"}
    )


def test_changing_the_password_signs_out_everything_else_and_keeps_this_browser(
    ben: User, ben_browser: Client, password: str
) -> None:
    elsewhere = tokens.start(ben)
    assert "Your password is changed" in change(ben_browser, password)
    with pytest.raises(tokens.TokenRefused):
        tokens.user_of(elsewhere.access)
    assert ben_browser.get("/models/").status_code == 200
    assert sign_in(ben.email, password).status_code == 401
    assert sign_in(ben.email, NEW).status_code == 200
    assert AuditEvent.objects.filter(action="accounts.password.changed").count() == 1


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"current": "a wrong passphrase"}, "The e-mail address or the password is wrong."),
        ({"new": "short", "again": "short"}, "too short"),
        ({"again": "something else entirely"}, "The two are not the same."),
        (
            {"new": "a long enough passphrase", "again": "a long enough passphrase"},
            "is the old one",
        ),
        ({"new": "ben@plant.example", "again": "ben@plant.example"}, "too similar"),
    ],
)
def test_a_change_that_cannot_be_says_why(
    ben_browser: Client, password: str, given: dict[str, str], said: str
) -> None:
    assert said in change(ben_browser, **{"current": password} | given)
    assert sign_in("ben@plant.example", password).status_code == 200


def test_guessing_the_current_password_is_locked_out_too(
    ben_browser: Client, settings: Any
) -> None:
    settings.LOCKOUT_TRIES = 2
    pages = [change(ben_browser, "a wrong passphrase") for _ in range(3)]
    assert "Too many tries" in pages[2]


def test_a_program_changes_the_password_and_gets_fresh_tokens(ben: User, password: str) -> None:
    api = APIClient()
    old = tokens.start(ben).access
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {old}")
    answer = api.post("/api/auth/change-password", {"current": password, "new": NEW})
    assert tokens.user_of(answer.json()["access"]) == ben
    assert api.get("/api/auth/me").status_code == 401


def reset(browser: Client, person: User) -> str:
    """Let an administrator give somebody a one-time password, and return it."""
    chosen = {"action": "reset_password", "_selected_action": str(person.pk), "index": "0"}
    assert "<code>" not in browser.post("/admin/accounts/user/", chosen).content.decode()
    page = browser.post("/admin/accounts/user/", chosen | {"confirmed": "yes"}).content.decode()
    return page.split("<code>")[1].split("</code>")[0]


def test_a_one_time_password_opens_nothing_but_its_own_change(
    ana_browser: Client, ben: User, password: str, client: Client
) -> None:
    once = reset(ana_browser, ben)
    assert sign_in(ben.email, password).status_code == 401
    answer = client.post("/login/", {"email": ben.email, "password": once, "next": "/models/"})
    assert answer.headers["Location"] == "/account/password/"
    assert client.get("/models/").headers["Location"] == "/account/password/"
    assert client.get("/api/models").status_code == 403
    assert "one-time password" in client.get("/account/password/").content.decode()

    change(client, once)
    assert client.get("/models/").status_code == 200
    assert sign_in(ben.email, once).status_code == 401


def test_a_one_time_password_ends_by_itself(ana: User, ben: User) -> None:
    once = people.reset_password(ben, by=ana)
    User.objects.filter(pk=ben.pk).update(one_time_until=timezone.now() - timedelta(seconds=1))
    assert sign_in(ben.email, once).json()["error"]["code"] == "sign_in_refused"


def test_a_reset_ends_every_sign_in_and_lifts_a_lock_out(
    ana: User, ben: User, settings: Any
) -> None:
    settings.LOCKOUT_TRIES = 1
    pair = tokens.start(ben)
    sign_in(ben.email, "a wrong passphrase")
    once = people.reset_password(ben, by=ana)
    assert sign_in(ben.email, once).status_code == 200
    with pytest.raises(tokens.TokenRefused):
        tokens.user_of(pair.access)


def test_a_reset_password_is_in_no_log(ana: User, ben: User) -> None:
    once = people.reset_password(ben, by=ana)
    assert once not in str(list(AuditEvent.objects.values()))


def test_who_has_no_account_yet_gets_no_password(ana_api: APIClient, cleo: User) -> None:
    answer = ana_api.post(f"/api/auth/users/{cleo.pk}/reset-password")
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "not_approved")


def test_a_password_is_hashed_again_when_the_parameters_rise(
    settings: Any, db: None, password: str
) -> None:
    settings.PASSWORD_HASHERS = ["accounts.tests.test_passwords.Weaker", ARGON2]
    dora = User.objects.create_user("dora@plant.example", password)
    assert ",t=1," in dora.password
    settings.PASSWORD_HASHERS = [ARGON2]
    assert sign_in(dora.email, password).status_code == 200
    dora.refresh_from_db()
    assert ",t=2," in dora.password


ARGON2 = "django.contrib.auth.hashers.Argon2PasswordHasher"


def _weaker() -> type:
    from django.contrib.auth.hashers import Argon2PasswordHasher

    return type("Weaker", (Argon2PasswordHasher,), {"time_cost": 1})


Weaker = _weaker()
