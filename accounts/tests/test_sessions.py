"""Sessions and tokens begin and end together, and not only when somebody signs out."""

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


@pytest.fixture
def browser(ben: User, password: str) -> Client:
    """Ben's browser after the sign-in page."""
    client = Client()
    client.post("/login/", {"email": ben.email, "password": password})
    return client


def is_in(browser: Client) -> bool:
    """Return whether pages and API take this browser; they must agree."""
    page = browser.get("/models/").status_code == 200
    assert (browser.get("/api/auth/me").status_code == 200) == page
    return page


def test_signing_out_at_the_api_ends_the_pages_too(browser: Client) -> None:
    assert is_in(browser)
    access = browser.cookies[tokens.ACCESS_COOKIE].value
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")
    assert program.post("/api/auth/logout").status_code == 204
    assert not is_in(browser)


def test_a_stolen_refresh_token_ends_the_browsers_session_too_and_is_written_down(
    browser: Client,
) -> None:
    refresh = {"refresh": browser.cookies[tokens.REFRESH_COOKIE].value}
    assert APIClient().post("/api/auth/refresh", refresh).status_code == 200
    assert APIClient().post("/api/auth/refresh", refresh).status_code == 401
    assert not is_in(browser)
    assert AuditEvent.objects.get(action="accounts.token.replayed").target == "ben@plant.example"


def test_a_program_that_comes_back_after_a_night_is_refused_and_no_theft_is_written_down(
    browser: Client,
) -> None:
    refresh = {"refresh": browser.cookies[tokens.REFRESH_COOKIE].value}
    SignIn.objects.update(seen_at=timezone.now() - timedelta(hours=13))
    assert APIClient().post("/api/auth/refresh", refresh).status_code == 401
    assert not AuditEvent.objects.filter(action="accounts.token.replayed").exists()


def test_a_refresh_token_is_worth_nothing_after_signing_out(browser: Client) -> None:
    refresh = {"refresh": browser.cookies[tokens.REFRESH_COOKIE].value}
    left = browser.post("/logout/")
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert APIClient().post("/api/auth/refresh", refresh).status_code == 401


@pytest.mark.parametrize(
    "age", [{"seen_at": timedelta(hours=12)}, {"expires_at": timedelta(seconds=1)}]
)
def test_a_sign_in_ends_when_it_lies_idle_and_when_it_is_too_old(
    browser: Client, age: dict[str, timedelta]
) -> None:
    SignIn.objects.update(**{name: timezone.now() - since for name, since in age.items()})
    assert not is_in(browser)


def test_a_sign_in_that_is_used_does_not_lie_idle(browser: Client) -> None:
    SignIn.objects.update(seen_at=timezone.now() - timedelta(hours=11))
    assert is_in(browser)
    SignIn.objects.update(started_at=timezone.now() - timedelta(hours=23))
    assert is_in(browser)
    assert SignIn.objects.get().seen_at > timezone.now() - timedelta(minutes=1)


def test_the_oldest_sign_in_ends_when_there_are_more_than_allowed(
    ben: User, browser: Client, settings: Any
) -> None:
    settings.MAX_SIGN_INS = 2
    tokens.start(ben)
    assert is_in(browser)
    tokens.start(ben)
    assert not is_in(browser)


def test_ben_ends_one_other_sign_in_or_all_of_them(
    ben: User, browser: Client, password: str
) -> None:
    first, second, third = (tokens.start(ben) for _ in range(3))
    assert "Sign out everywhere else" in browser.get("/account/").content.decode()
    one = f"/account/sign-ins/{SignIn.objects.get(id=first.sign_in).id}/end/"
    browser.post(one, {"password": password})
    with pytest.raises(tokens.TokenRefused):
        tokens.user_of(first.access)
    assert tokens.user_of(second.access) == ben
    browser.post("/account/sign-ins/end/", {"password": password})
    for pair in (second, third):
        with pytest.raises(tokens.TokenRefused):
            tokens.user_of(pair.access)
    assert is_in(browser)


def test_who_sits_at_bens_open_browser_does_not_sign_him_out_elsewhere(
    ben: User, browser: Client, settings: Any
) -> None:
    settings.LOCKOUT_TRIES = 3
    pair = tokens.start(ben)
    one = f"/account/sign-ins/{SignIn.objects.get(id=pair.sign_in).id}/end/"
    for place in (one, "/account/sign-ins/end/"):
        assert 'type="password"' in browser.get(place).content.decode()
        browser.post(place)
        page = browser.post(place, {"password": "a guess"}).content.decode()
        assert "password is wrong" in page
    browser.post(one, {"password": "a guess"})
    assert "Too many tries" in browser.post(one, {"password": "a guess"}).content.decode()
    assert tokens.user_of(pair.access) == ben


def test_nobody_ends_the_sign_in_of_somebody_else(
    ana: User, browser: Client, password: str
) -> None:
    pair = tokens.start(ana)
    identity = SignIn.objects.get(id=pair.sign_in).id
    answer = browser.post(f"/account/sign-ins/{identity}/end/", {"password": password})
    assert answer.status_code == 404
    assert tokens.user_of(pair.access) == ana


def test_ana_signs_ben_out_everywhere(ana_browser: Client, ben: User, browser: Client) -> None:
    chosen = {"action": "sign_out", "_selected_action": str(ben.pk), "index": "0"}
    page = ana_browser.post("/admin/accounts/user/", chosen, follow=True).content.decode()
    assert "Signed out everywhere: ben@plant.example" in page
    assert not is_in(browser)


def test_closing_the_account_ends_the_session_at_once(ben: User, browser: Client) -> None:
    User.objects.filter(pk=ben.pk).update(is_active=False)
    assert not is_in(browser)


def test_a_session_is_a_new_one_after_signing_in(ben: User, password: str, client: Client) -> None:
    client.force_login(ben)
    before = client.session.session_key
    client.post("/login/", {"email": ben.email, "password": password})
    assert client.session.session_key != before


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120", "Edge · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17 like Mac OS X) Safari/604", "Safari · iPhone"),
        ("night-import/2.1", "night-import/2.1"),
        ("", ""),
    ],
)
def test_a_sign_in_says_in_words_where_it_is(agent: str, said: str) -> None:
    assert SignIn(agent=agent).device == said
