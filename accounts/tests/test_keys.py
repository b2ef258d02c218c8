"""API keys: a program acts for Eva, within a role, until somebody revokes its key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiKey, AuditEvent, User
from accounts.services import keys, people

pytestmark = pytest.mark.django_db


def program(text: str) -> APIClient:
    api = APIClient()
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return api


@pytest.fixture
def planner_key(eva: User) -> tuple[ApiKey, str]:
    return keys.create_key(eva, name="Night import", role="planner", days=30)


def test_a_key_is_shown_once_and_only_its_hash_is_kept(eva: User, client: Client) -> None:
    client.force_login(eva)
    given = {"name": "Night import", "role": "planner", "days": "90"}
    page = client.post("/account/keys/", given).content.decode()
    key = ApiKey.objects.get()
    text = page.split('value="rml_')[1].split('"')[0]
    assert key.digest not in page
    assert text.split("_", 1)[1] not in str(ApiKey.objects.values())
    assert program(f"rml_{text}").get("/api/models").status_code == 200
    assert text not in client.get("/account/").content.decode()
    assert AuditEvent.objects.get(action="accounts.key.created").after == {
        "name": "Night import", "role": "planner", "days": 90
    }  # fmt: skip


def test_a_key_may_do_what_its_role_may_and_no_more(
    eva: User, planner_key: tuple[ApiKey, str]
) -> None:
    api = program(planner_key[1])
    assert api.get("/api/models").status_code == 200
    assert api.patch("/api/config/runtime", {"values": {}}).status_code == 403
    own = APIClient()
    own.force_authenticate(eva)
    assert own.patch("/api/config/runtime", {"values": {}}).status_code != 403


def test_the_log_tells_a_person_from_a_program_with_one_of_their_keys(eva: User) -> None:
    key, text = keys.create_key(eva, name="Nightly", role="engineer", days=30)
    api = program(text)
    assert api.patch("/api/config/runtime", {"values": {"top_k": 7}}).status_code == 200
    assert api.get("/api/auth/users").status_code == 403
    own = APIClient()
    own.force_authenticate(User.objects.get(pk=eva.pk))
    own.patch("/api/config/runtime", {"values": {"top_k": 8}})
    entries = AuditEvent.objects.exclude(action__startswith="accounts.key").order_by("number")
    assert [(each.actor, each.api_key, each.address) for each in entries] == [
        (eva.email, key.prefix, "127.0.0.1"),
        (eva.email, key.prefix, "127.0.0.1"),
        (eva.email, "", "127.0.0.1"),
    ]


def test_a_key_never_outlives_the_rights_of_its_owner(
    eva: User, planner_key: tuple[ApiKey, str]
) -> None:
    _key, text = keys.create_key(eva, name="Trainer", role="engineer", days=30)
    User.objects.filter(pk=eva.pk).update(role="planner")
    assert program(text).patch("/api/config/runtime", {"values": {}}).status_code == 403
    User.objects.filter(pk=eva.pk).update(is_active=False)
    assert program(text).get("/api/models").status_code == 401


def test_nobody_makes_a_key_that_may_do_more_than_they(ben: User, client: Client) -> None:
    client.force_login(ben)
    given = {"name": "x", "role": "administrator", "days": "90"}
    client.post("/account/keys/", given)
    api = APIClient()
    api.force_authenticate(ben)
    answer = api.post("/api/auth/keys", {"name": "x", "role": "administrator"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "key_unfit")
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("change", [{"revoked_at": True}, {"expires_at": True}])
def test_a_key_that_was_revoked_or_is_too_old_opens_nothing(
    planner_key: tuple[ApiKey, str], change: dict[str, Any]
) -> None:
    now = timezone.now()
    fields = {"revoked_at": now, "revoked_by": "ana"} if "revoked_at" in change else {}
    ApiKey.objects.update(**fields or {"expires_at": now - timedelta(seconds=1)})
    answer = program(planner_key[1]).get("/api/models")
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "This API key is not valid, or no longer."


@pytest.mark.parametrize("forged", ["rml_", "rml_00000000_x", "rml_a_b_c", "rml_\x7f"])
def test_a_forged_key_opens_nothing(planner_key: tuple[ApiKey, str], forged: str) -> None:
    assert program(forged).get("/api/models").status_code == 401
    assert program(planner_key[1][:-1] + "~").get("/api/models").status_code == 401


def test_the_last_use_is_known_without_a_write_a_request(
    planner_key: tuple[ApiKey, str], django_assert_num_queries: Any
) -> None:
    assert planner_key[0].last_used_at is None
    keys.user_of(planner_key[1])
    used = ApiKey.objects.get().last_used_at
    assert used is not None
    with django_assert_num_queries(1):
        keys.user_of(planner_key[1])


def test_a_key_manages_neither_keys_nor_passwords_nor_sign_ins(
    planner_key: tuple[ApiKey, str],
) -> None:
    api = program(planner_key[1])
    wanted = {"name": "x", "role": "planner"}
    assert api.post("/api/auth/keys", wanted).status_code == 403
    assert api.get("/api/auth/keys").status_code == 403
    assert api.post("/api/auth/change-password", {}).status_code == 403
    assert api.post("/api/auth/logout").status_code == 403
    assert api.get("/api/auth/me").json()["email"] == "eva@plant.example"


def test_somebody_elses_key_is_not_there(planner_key: tuple[ApiKey, str], ben_api: Any) -> None:
    assert ben_api.get("/api/auth/keys").json()["results"] == []
    assert ben_api.delete(f"/api/auth/keys/{planner_key[0].pk}").status_code == 404


def test_a_person_revokes_a_key_by_page_and_by_api(eva: User, client: Client) -> None:
    one, _text = keys.create_key(eva, name="one", role="planner", days=1)
    two, _text = keys.create_key(eva, name="two", role="planner", days=1)
    client.force_login(eva)
    client.post(f"/account/keys/{one.pk}/revoke/")
    api = APIClient()
    api.force_authenticate(eva)
    assert api.delete(f"/api/auth/keys/{two.pk}").status_code == 204
    assert set(ApiKey.objects.values_list("revoked_by", flat=True)) == {eva.email}
    assert not ApiKey.objects.good(timezone.now()).exists()


def test_ana_revokes_anybodys_key_in_admin_and_sees_no_secret(
    planner_key: tuple[ApiKey, str], ana_browser: Client
) -> None:
    key = planner_key[0]
    place = "/admin/accounts/apikey/"
    assert key.digest not in ana_browser.get(f"{place}{key.pk}/change/").content.decode()
    chosen = {"action": "revoke", "_selected_action": str(key.pk), "index": "0"}
    ana_browser.post(place, chosen)
    key.refresh_from_db()
    assert key.revoked_by == "ana@plant.example"


def test_keys_are_limited_in_number_and_age(eva: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MOST_KEYS", 1)
    with pytest.raises(keys.KeyUnfit, match="from 1 to 730 days"):
        keys.create_key(eva, name="x", role="planner", days=9999)
    keys.create_key(eva, name="x", role="planner", days=1)
    with pytest.raises(keys.KeyUnfit, match="revoke one first"):
        keys.create_key(eva, name="y", role="planner", days=1)


def test_who_was_given_a_one_time_password_makes_no_key_that_outlives_it(
    eva: User, ana: User
) -> None:
    password = people.reset_password(eva, by=ana)
    given = {"email": eva.email, "password": password, "use": "bearer"}
    access = APIClient().post("/api/auth/login", given).json()["access"]
    wanted = {"name": "Nightly", "role": "planner"}
    answer = program(access).post("/api/auth/keys", wanted)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "key_unfit")
