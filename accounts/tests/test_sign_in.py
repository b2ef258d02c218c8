"""Signing in and out: tokens for programs, cookies and a session for browsers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import AuditEvent, SignIn, User

pytestmark = pytest.mark.django_db


def log_in(api: APIClient, email: str, password: str, use: str = "bearer") -> Any:
    return api.post("/api/auth/login", {"email": email, "password": password, "use": use})


def bearer(access: str) -> APIClient:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    return api


@pytest.fixture
def pair(ben: User) -> tokens.Pair:
    return tokens.start(ben)


@pytest.fixture
def browser(ben: User, password: str) -> APIClient:
    """Ben's browser after the login call, insisting on CSRF as a real one does."""
    api = APIClient(enforce_csrf_checks=True)
    log_in(api, ben.email, password, use="cookie")
    return api


def test_a_program_gets_tokens_that_say_who_it_is(
    ben: User, password: str, anonymous_api: APIClient
) -> None:
    answer = log_in(anonymous_api, "Ben@Plant.example", password).json()
    assert answer["user"] == {"id": ben.id, "email": ben.email, "name": "Ben", "role": "planner"}
    assert bearer(answer["access"]).get("/api/auth/me").json()["email"] == ben.email
    assert not anonymous_api.cookies


def test_a_browser_gets_cookies_that_scripts_cannot_read_and_no_token_in_the_answer(
    ben: User, password: str, anonymous_api: APIClient
) -> None:
    response = log_in(anonymous_api, ben.email, password, use="cookie")
    assert (response.json()["access"], response.json()["refresh"]) == ("", "")
    for name in (tokens.ACCESS_COOKIE, tokens.REFRESH_COOKIE):
        cookie = response.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Strict"
    assert anonymous_api.get("/api/auth/me").json()["email"] == ben.email


@pytest.mark.parametrize(
    ("email", "typed"),
    [("ben@plant.example", "a wrong passphrase"), ("nobody@plant.example", "a wrong passphrase")],
)
def test_no_answer_tells_whether_an_account_exists(
    ben: User, anonymous_api: APIClient, email: str, typed: str
) -> None:
    response = log_in(anonymous_api, email, typed)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == "sign_in_refused"
    assert response.json()["error"]["message"] == "The e-mail address or the password is wrong."


def test_cleo_is_told_to_wait_once_her_password_is_right(
    cleo: User, password: str, anonymous_api: APIClient
) -> None:
    response = log_in(anonymous_api, cleo.email, password)
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "signup_pending"


def test_every_try_is_written_down(ben: User, password: str, anonymous_api: APIClient) -> None:
    log_in(anonymous_api, ben.email, "a wrong passphrase")
    log_in(anonymous_api, ben.email, password)
    actions = set(AuditEvent.objects.about(ben.email).values_list("action", flat=True))
    assert actions == {"accounts.sign_in.refused", "accounts.signed_in"}


def test_a_forged_token_is_refused(anonymous_api: APIClient) -> None:
    response = bearer("not.a.token").get("/api/auth/me")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_refresh_token_opens_nothing_but_the_refresh(pair: tokens.Pair) -> None:
    assert bearer(pair.refresh).get("/api/auth/me").status_code == 401


def test_an_access_token_cannot_be_refreshed(pair: tokens.Pair, anonymous_api: APIClient) -> None:
    response = anonymous_api.post("/api/auth/refresh", {"refresh": pair.access})
    assert response.status_code == 401


def test_refreshing_gives_a_pair_that_works(pair: tokens.Pair, anonymous_api: APIClient) -> None:
    answer = anonymous_api.post("/api/auth/refresh", {"refresh": pair.refresh}).json()
    assert bearer(answer["access"]).get("/api/auth/me").status_code == 200
    assert answer["refresh"] != pair.refresh


def test_a_refresh_token_used_twice_ends_the_sign_in_for_both_holders(
    pair: tokens.Pair, anonymous_api: APIClient
) -> None:
    following = anonymous_api.post("/api/auth/refresh", {"refresh": pair.refresh}).json()
    stolen = anonymous_api.post("/api/auth/refresh", {"refresh": pair.refresh})
    assert stolen.status_code == 401
    assert stolen.json()["error"]["code"] == "token_refused"
    assert bearer(following["access"]).get("/api/auth/me").status_code == 401


def test_no_refresh_outlives_the_sign_in(pair: tokens.Pair, anonymous_api: APIClient) -> None:
    SignIn.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    response = anonymous_api.post("/api/auth/refresh", {"refresh": pair.refresh})
    assert response.status_code == 401


def test_a_closed_account_is_out_at_once(ben: User, pair: tokens.Pair) -> None:
    User.objects.filter(pk=ben.pk).update(is_active=False)
    assert bearer(pair.access).get("/api/auth/me").status_code == 401


def test_signing_out_ends_this_sign_in_and_leaves_the_others(ben: User, pair: tokens.Pair) -> None:
    other = tokens.start(ben)
    assert bearer(pair.access).post("/api/auth/logout").status_code == 204
    assert bearer(pair.access).get("/api/auth/me").status_code == 401
    assert bearer(other.access).get("/api/auth/me").status_code == 200


def test_a_cookie_alone_cannot_write(browser: APIClient) -> None:
    browser.cookies.pop("sessionid")
    refused = browser.post("/api/auth/logout")
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["error"]["message"]


def test_a_cookie_with_its_csrf_token_can_write(browser: APIClient) -> None:
    token = browser.cookies["csrftoken"].value
    assert browser.post("/api/auth/logout", HTTP_X_CSRFTOKEN=token).status_code == 204
    assert browser.get("/api/auth/me").status_code == 401


def test_the_refresh_cookie_needs_csrf_too(browser: APIClient) -> None:
    assert browser.post("/api/auth/refresh").status_code == 403
    token = browser.cookies["csrftoken"].value
    assert browser.post("/api/auth/refresh", HTTP_X_CSRFTOKEN=token).status_code == 200


def test_a_form_of_another_site_cannot_sign_a_browser_in(ben: User, password: str) -> None:
    response = APIClient().post(
        "/api/auth/login", {"email": ben.email, "password": password}, format="multipart"
    )
    assert response.status_code == 415


def test_the_sign_in_page_leads_to_the_page_that_was_wanted(
    ben: User, password: str, client: Client
) -> None:
    response = client.post(
        "/login/", {"email": ben.email, "password": password, "next": "/api/docs/"}
    )
    assert response.headers["Location"] == "/api/docs/"
    assert client.get("/api/auth/me").json()["email"] == ben.email


def test_the_sign_in_page_never_leads_to_another_site(
    ben: User, password: str, client: Client
) -> None:
    given = {"email": ben.email, "password": password, "next": "https://elsewhere.example/"}
    assert client.post("/login/", given).headers["Location"] == "/"


def test_signing_out_on_a_page_ends_the_tokens_too(
    ben: User, password: str, client: Client
) -> None:
    client.post("/login/", {"email": ben.email, "password": password})
    access = client.cookies[tokens.ACCESS_COOKIE].value
    client.post("/logout/")
    assert bearer(access).get("/api/auth/me").status_code == 401
    assert SignIn.objects.get().ended_at is not None


def test_passwords_are_kept_as_argon2(settings: Any, db: None) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    person = User.objects.create_user("dora@plant.example", "a long enough passphrase")
    assert person.password.startswith("argon2$argon2id$")
