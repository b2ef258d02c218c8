"""A second factor: with Eva's password alone nobody signs in as Eva."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import tokens
from accounts.models import AuditEvent, RecoveryCode, SignIn, User
from accounts.permissions import Ability, may
from accounts.services import keys, second_factor

pytestmark = pytest.mark.django_db


def app_code(secret: str, seconds: int = 0) -> str:
    """Return what the app shows, now or some seconds later."""
    return pyotp.TOTP(secret).at(timezone.now() + timedelta(seconds=seconds))


def sign_in(person: User, password: str) -> Client:
    """Return a browser after the sign-in page."""
    browser = Client()
    browser.post("/login/?next=/models/", {"email": person.email, "password": password})
    return browser


@pytest.fixture(autouse=True)
def clock_that_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the app show the same code however long a test takes."""
    moment = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: moment)


@pytest.fixture
def secret(eva: User, password: str) -> str:
    """The secret in Eva's app, set up on her account's page."""
    browser = sign_in(eva, password)
    page = browser.get("/account/second-factor/").content.decode()
    found = re.search(r'class="secret"[^>]*>([A-Z2-7]{32})<', page)
    assert found
    given = {"code": app_code(found[1], -30), "password": password}
    assert b"recovery" in browser.post("/account/second-factor/", given).content
    eva.refresh_from_db()
    return found[1]


@pytest.fixture
def recovery_code(eva: User, secret: str) -> str:
    return second_factor.renew_recovery_codes(eva)[0]


def test_the_password_alone_opens_nothing_and_the_code_leads_where_eva_wanted(
    eva: User, secret: str, password: str
) -> None:
    browser = sign_in(eva, password)
    assert browser.get("/models/").status_code == 302
    done = browser.post("/login/code/", {"code": app_code(secret), "next": "/models/"})
    assert done.headers["Location"] == "/models/"
    assert browser.get("/models/").status_code == 200
    assert browser.get("/api/auth/me").json()["email"] == eva.email


def test_the_page_for_the_code_is_nothing_without_the_password(client: Client) -> None:
    assert client.get("/login/code/").headers["Location"] == "/login/"


def test_a_wrong_code_is_told_and_written_down(eva: User, secret: str, password: str) -> None:
    browser = sign_in(eva, password)
    page = browser.post("/login/code/", {"code": "abcdef"})
    assert b"This code is wrong" in page.content
    assert AuditEvent.objects.get(action="accounts.code.refused").target == eva.email
    assert browser.get("/models/").status_code == 302


def test_a_code_is_good_once_even_for_who_looked_over_evas_shoulder(
    eva: User, secret: str, password: str
) -> None:
    code = {"code": app_code(secret)}
    assert sign_in(eva, password).post("/login/code/", code).status_code == 302
    assert b"was used before" in sign_in(eva, password).post("/login/code/", code).content


@pytest.mark.parametrize(("seconds", "good"), [(-30, False), (0, True), (30, True), (90, False)])
def test_clocks_may_differ_by_half_a_minute(
    eva: User, secret: str, password: str, seconds: int, good: bool
) -> None:
    # The half minute before this one was used up by setting the app up.
    code = {"code": app_code(secret, seconds)}
    assert (sign_in(eva, password).post("/login/code/", code).status_code == 302) is good


def test_guessing_codes_is_locked_out_though_the_password_is_right_each_time(
    eva: User, secret: str, password: str, settings: Any
) -> None:
    settings.LOCKOUT_TRIES = 3
    for _ in range(3):
        sign_in(eva, password).post("/login/code/", {"code": "000000"})
    page = sign_in(eva, password).post("/login/code/", {"code": app_code(secret)})
    assert b"Too many tries" in page.content


def test_five_minutes_later_the_password_is_asked_for_again(
    eva: User, secret: str, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = sign_in(eva, password)
    later = timezone.now() + timedelta(minutes=6)
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: later)
        assert browser.get("/login/code/").headers["Location"] == "/login/"


def test_a_changed_password_ends_the_waiting_for_a_code(
    eva: User, secret: str, password: str
) -> None:
    browser = sign_in(eva, password)
    eva.set_password("another long passphrase")
    eva.save()
    answer = browser.post("/login/code/", {"code": app_code(secret)})
    assert answer.headers["Location"] == "/login/"


def test_the_browser_gets_a_new_session_before_it_waits_for_a_code(
    eva: User, secret: str, password: str
) -> None:
    """A session id that somebody else has put there must not become half signed in."""
    browser = sign_in(eva, password)
    before = browser.cookies["sessionid"].value
    browser.post("/login/", {"email": eva.email, "password": password})
    assert browser.cookies["sessionid"].value != before


def test_a_recovery_code_signs_in_once(eva: User, recovery_code: str, password: str) -> None:
    first, second = sign_in(eva, password), sign_in(eva, password)
    assert first.post("/login/code/", {"code": f" {recovery_code.upper()}"}).status_code == 302
    assert second.post("/login/code/", {"code": recovery_code}).status_code == 200
    assert AuditEvent.objects.get(action="accounts.recovery_code.used").target == eva.email
    assert second_factor.recovery_codes_left(eva) == second_factor.RECOVERY_CODES - 1


def test_neither_the_secret_nor_a_recovery_code_is_in_the_database(
    eva: User, secret: str, recovery_code: str
) -> None:
    kept = str([list(User.objects.values()), list(RecoveryCode.objects.values())])
    assert secret not in kept
    assert recovery_code.replace("-", "") not in kept.replace("-", "")
    assert second_factor.secret_of(eva.second_factor_salt, "another key of the site") != secret


def test_the_app_still_works_after_the_sites_key_was_changed(
    eva: User, secret: str, recovery_code: str, settings: Any, rf: Any
) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "new-" * 20
    second_factor.check(eva, app_code(secret), rf.post("/login/"))
    second_factor.check(eva, recovery_code, rf.post("/login/"))


@pytest.mark.parametrize("use", ["bearer", "cookie"])
def test_a_program_sends_the_code_with_the_password(
    eva: User, secret: str, password: str, use: str
) -> None:
    given = {"email": eva.email, "password": password, "use": use}
    without = APIClient().post("/api/auth/login", given)
    assert (without.status_code, without.json()["error"]["code"]) == (401, "code_needed")
    wrong = APIClient().post("/api/auth/login", given | {"code": "000000"})
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (401, "code_refused")
    assert SignIn.objects.filter(ended_at=None).count() == 1
    assert (
        APIClient().post("/api/auth/login", given | {"code": app_code(secret)}).status_code == 200
    )


def test_a_code_without_the_password_tells_nothing(eva: User, secret: str) -> None:
    given = {"email": eva.email, "password": "wrong", "code": app_code(secret)}
    assert APIClient().post("/api/auth/login", given).json()["error"]["code"] == "sign_in_refused"


def test_setting_it_up_needs_the_password_and_a_code_of_the_app(ben: User, password: str) -> None:
    browser = sign_in(ben, password)
    page = browser.get("/account/second-factor/").content.decode()
    secret = page.split('translate="no">')[1].split("<")[0]
    for given in (
        {"code": "000000", "password": password},
        {"code": app_code(secret), "password": "not the password"},
    ):
        browser.post("/account/second-factor/", given)
        ben.refresh_from_db()
        assert not ben.has_second_factor
    assert secret in browser.get("/account/second-factor/").content.decode()


def test_setting_it_up_signs_out_everywhere_else(eva: User, password: str) -> None:
    elsewhere = sign_in(eva, password)
    second_factor.set_up(
        eva,
        salt=(salt := second_factor.new_salt()),
        code=app_code(second_factor.secret_of(salt)),
        keep=tokens.open_sign_in(eva).id.hex,
    )
    assert elsewhere.get("/models/").status_code == 302
    assert SignIn.objects.filter(user=eva, ended_at=None).count() == 1


def test_new_codes_and_turning_it_off_need_a_code(eva: User, secret: str, password: str) -> None:
    browser = sign_in(eva, password)
    browser.post("/login/code/", {"code": app_code(secret)})
    wrong = {"code": "000000", "password": password}
    assert b"This code is wrong" in browser.post("/account/second-factor/codes/", wrong).content
    assert b"This code is wrong" in browser.post("/account/second-factor/off/", wrong).content
    right = {"code": app_code(secret, 30), "password": password}
    assert browser.post("/account/second-factor/off/", right).headers["Location"] == "/account/"
    eva.refresh_from_db()
    assert not eva.has_second_factor
    assert sign_in(eva, password).get("/models/").status_code == 200


def test_a_role_that_needs_one_opens_nothing_but_the_page_to_set_it_up(
    eva: User, ben: User, password: str, settings: Any
) -> None:
    key = keys.create_key(eva, name="Nightly", role="planner", days=30)[1]
    settings.REQUIRE_SECOND_FACTOR = ["engineer", "administrator"]
    browser = sign_in(eva, password)
    assert browser.get("/models/").headers["Location"] == "/account/second-factor/"
    assert b"Your role needs a second factor" in browser.get("/account/second-factor/").content
    assert browser.get("/api/models").status_code == 403
    program = APIClient()
    program.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    assert program.get("/api/models").status_code == 403
    assert not any(may(eva, ability) for ability in Ability)
    assert may(ben, Ability.PREDICT)


def test_who_needs_one_cannot_turn_it_off(
    eva: User, secret: str, password: str, settings: Any
) -> None:
    settings.REQUIRE_SECOND_FACTOR = ["engineer"]
    browser = sign_in(eva, password)
    browser.post("/login/code/", {"code": app_code(secret)})
    assert browser.get("/models/").status_code == 200
    given = {"code": app_code(secret, 30), "password": password}
    assert b"Your role needs" in browser.post("/account/second-factor/off/", given).content
    eva.refresh_from_db()
    assert eva.has_second_factor


def test_ana_takes_it_away_when_the_telephone_is_lost(
    eva: User, secret: str, password: str, ana_browser: Client, ana_api: APIClient
) -> None:
    given = {"action": "reset_second_factor", "_selected_action": str(eva.pk)}
    assert (
        b"Take away the second factor" in ana_browser.post("/admin/accounts/user/", given).content
    )
    ana_browser.post("/admin/accounts/user/", given | {"confirmed": "yes"})
    entry = AuditEvent.objects.get(action="accounts.second_factor.taken_away")
    assert (entry.actor, entry.target) == ("ana@plant.example", eva.email)
    assert sign_in(eva, password).get("/models/").status_code == 200
    answer = ana_api.post(f"/api/auth/users/{eva.pk}/reset-second-factor")
    assert answer.json()["second_factor_since"] is None


def test_ana_does_not_take_her_own_away_without_a_code(ana: User, ana_api: APIClient) -> None:
    answer = ana_api.post(f"/api/auth/users/{ana.pk}/reset-second-factor")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "not_yourself")


def test_the_last_administrator_gets_in_again_from_the_command_line(
    eva: User, secret: str, password: str, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("reset_second_factor", "EVA@plant.example")
    assert sign_in(eva, password).get("/models/").status_code == 200
    with pytest.raises(CommandError, match="no second factor"):
        call_command("reset_second_factor", eva.email)
