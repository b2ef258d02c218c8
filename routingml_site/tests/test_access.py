"""Every address with every role and with nobody: the one table says what happens, and it does.

A new address without a rule fails here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from accounts.models import AuditEvent, Role, User
from accounts.permissions import ABILITIES, Ability
from routingml_site import access
from routingml_site.access import Door, Need

pytestmark = pytest.mark.django_db
NOBODY = "anonymous"
ARGUMENTS = {
    "int": "987654",
    "str": "x",
    "path": "987654",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


def walk(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """Yield an address of every pattern, its arguments filled in."""
    for pattern in patterns:
        here = before + str(pattern.pattern).replace("^", "").replace("$", "")
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns, here)
        else:
            here = re.sub(r"\(\?P<\w+>([\w.*]+)[^)]*\)", r"\1", here).replace(".*", "nowhere")
            yield re.sub(r"<(?:(\w+):)?\w+>", lambda found: ARGUMENTS[found[1] or "str"], here)


ADDRESSES = sorted(set(walk(get_resolver().url_patterns)))


def refused(answer: HttpResponseBase) -> bool:
    """Return whether somebody was turned away: told so, or sent to sign in."""
    return answer.status_code in (401, 403) or (
        answer.status_code == 302 and answer.headers["Location"].startswith("/login/?next=")
    )


def has_session(client: Client) -> bool:
    """Return whether a browser is signed in: a sign-out takes the cookie's value away."""
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie is not None and bool(cookie.value)


def expected(role: str, need: Need) -> bool:
    """Return what the tables say, read without the code that enforces them."""
    if need is Door.OPEN or role == NOBODY:
        return need is Door.OPEN
    return need is Door.PERSON or Ability(need) in ABILITIES[role]


@pytest.fixture(params=[NOBODY, *Role.values])
def role(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_address_has_a_rule() -> None:
    without = [path for path in ADDRESSES if access.rule_of(resolve(path)) is None]
    assert len(ADDRESSES) > 80
    assert without == [], "add them to routingml_site/access.py"


def test_no_rule_speaks_of_an_address_that_is_not_there() -> None:
    names = {resolve(path).view_name for path in ADDRESSES}
    assert {name for name in access.RULES if not name.endswith(":*")} - names == set()


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_address_opens_to_whom_the_table_says_and_to_nobody_else(
    role: str, method: str
) -> None:
    person = None
    if role != NOBODY:
        person = User.objects.create_user(f"{role}@plant.example", "a long passphrase", role=role)
    wrong = []
    client = Client(raise_request_exception=False)
    for path in ADDRESSES:
        rule = access.rule_of(resolve(path))
        assert rule is not None, path
        if person is not None and not has_session(client):
            client.force_login(person)
        need = rule.need(method.upper())
        answer = getattr(client, method)(path)
        open_to = expected(role, need)
        if answer.status_code >= 500 and answer.status_code != 503:
            wrong.append(f"{path}: {answer.status_code}")
        elif answer.status_code == 405 or path in DECIDES_ITSELF:
            continue
        elif refused(answer) == open_to:
            wrong.append(f"{path}: {answer.status_code}, but {need} for {role} means {open_to}")
    assert wrong == []


DECIDES_ITSELF = {
    path
    for path in ADDRESSES
    # Rows in admin that nobody may add, change or delete, not even who may open the list.
    if re.fullmatch(r"/admin/\w+/\w+/(add|987654/(change|delete))/", path)
    # Without a refresh cookie, or without a field to complete: no question of the role.
    or path in ("/api/auth/refresh", "/admin/autocomplete/")
}


def test_nobody_adds_changes_or_deletes_in_admin_who_may_not_administer(
    otto: User, client: Client
) -> None:
    client.force_login(otto)
    for path in DECIDES_ITSELF - {"/api/auth/refresh", "/admin/autocomplete/"}:
        assert client.post(path).status_code == 403, path


def test_an_address_without_a_rule_opens_to_nobody(
    ana_browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ana_browser.get("/models/").status_code == 200
    monkeypatch.delitem(access.RULES, "registry:version_list")
    assert ana_browser.get("/models/").status_code == 403


def test_what_somebody_may_not_do_is_written_down(ben_browser: Client, ben: User) -> None:
    ben_browser.get("/admin/accounts/user/?q=x")
    entry = AuditEvent.objects.get(action="accounts.access.refused")
    assert (entry.actor, entry.target) == (ben.email, "GET /admin/accounts/user/?q=x")
    assert entry.address == "127.0.0.1"


def test_refusals_cannot_fill_the_log(ben_browser: Client, settings: Any) -> None:
    settings.REFUSALS_LOGGED_PER_HOUR = 3
    for _ in range(9):
        ben_browser.get("/admin/")
    assert AuditEvent.objects.filter(action="accounts.access.refused").count() == 3


def test_a_forged_credential_is_written_down(client: Client) -> None:
    client.get("/api/models", headers={"Authorization": "Bearer forged"})
    assert AuditEvent.objects.get().action == "accounts.credentials.refused"


def test_heavy_work_is_counted_by_person(
    ben_browser: Client, ana_browser: Client, settings: Any
) -> None:
    settings.HEAVY_PER_MINUTE = 2
    codes = [ben_browser.post("/predict/", {}).status_code for _ in range(3)]
    assert codes[-1] == 429
    assert 429 not in codes[:2]
    api = ben_browser.post("/api/similarity/search", {}, content_type="application/json")
    assert api.status_code in (403, 429)
    assert ana_browser.post("/predict/", {}).status_code != 429


def test_the_api_says_how_long_to_wait(ben_api: Client, settings: Any) -> None:
    settings.HEAVY_PER_MINUTE = 1
    answers = [ben_api.post("/api/predict", {}) for _ in range(2)]
    assert answers[1].status_code == 429
    assert 0 < int(answers[1].headers["Retry-After"]) <= 60
    assert answers[1].json()["error"]["code"] == "too_many_tries"


def test_the_walk_knows_the_login_page() -> None:
    assert resolve("/login/").view_name == settings.LOGIN_URL
