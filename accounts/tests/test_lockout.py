"""Guessing passwords: it ends soon, and tells nobody who has an account."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts import limits
from accounts.models import AuditEvent, Counter, User

pytestmark = pytest.mark.django_db
WRONG = "a wrong passphrase"


@pytest.fixture(autouse=True)
def three_tries(settings: Any) -> None:
    settings.LOCKOUT_TRIES, settings.LOCKOUT_ADDRESS_TRIES = 3, 5


def guess(email: str, password: str = WRONG, address: str = "10.0.0.1") -> Any:
    given = {"email": email, "password": password, "use": "bearer"}
    return APIClient(REMOTE_ADDR=address).post("/api/auth/login", given)


@pytest.mark.parametrize("email", ["ben@plant.example", "nobody@plant.example"])
def test_after_three_wrong_passwords_an_account_is_locked_whether_it_exists_or_not(
    ben: User, email: str, password: str
) -> None:
    codes = [guess(email).json()["error"]["code"] for _ in range(4)]
    assert codes == ["sign_in_refused"] * 3 + ["too_many_tries"]
    locked = guess(email, password, address="10.0.0.2")
    assert locked.status_code == 429
    assert 0 < int(locked["Retry-After"]) <= 15 * 60
    assert locked.json()["error"]["message"] == "Too many tries. Try again in 15 minutes."


def test_the_page_says_how_long_to_wait(ben: User, client: Client) -> None:
    given = {"email": ben.email, "password": WRONG}
    for _ in range(3):
        client.post("/login/", given)
    assert (
        "Too many tries. Try again in 15 minutes." in client.post("/login/", given).content.decode()
    )


def test_an_address_that_guesses_at_many_accounts_is_locked_too(ben: User, password: str) -> None:
    for number in range(5):
        guess(f"nobody{number}@plant.example")
    assert guess(ben.email, password).status_code == 429
    assert guess(ben.email, password, address="10.0.0.2").status_code == 200


def test_the_right_password_forgets_the_wrong_ones(ben: User, password: str) -> None:
    for _ in range(4):
        assert guess(ben.email).status_code == 401
        assert guess(ben.email).status_code == 401
        assert guess(ben.email, password).status_code == 200
        Counter.objects.filter(kind="address").delete()


def test_right_passwords_do_not_count_against_the_address(ben: User, password: str) -> None:
    assert {guess(ben.email, password).status_code for _ in range(8)} == {200}


def test_the_lock_ends_by_itself(ben: User, password: str) -> None:
    for _ in range(4):
        guess(ben.email)
    Counter.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert guess(ben.email, password).status_code == 200


def test_a_lock_is_written_down_and_cannot_flood_the_log(ben: User) -> None:
    for _ in range(20):
        guess(ben.email)
    assert AuditEvent.objects.filter(action="accounts.sign_in.locked_out").count() == 5


@pytest.mark.parametrize("email", ["ben@plant.example", "cleo@plant.example"])
def test_an_unknown_address_costs_as_many_hashes_and_queries_as_a_known_one(
    ben: User, cleo: User, email: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth import hashers

    hashed: list[str] = []
    plain = hashers.MD5PasswordHasher.encode

    def noted(self: hashers.MD5PasswordHasher, password: str, salt: str) -> str:
        hashed.append(password)
        return plain(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", noted)

    def cost(address: str) -> tuple[int, int]:
        hashed.clear()
        Counter.objects.all().delete()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            guess(address)
        return len(hashed), len(queries)

    assert cost(email) == cost("nobody@plant.example")


def test_asking_for_an_account_costs_the_same_whether_the_address_is_known(
    ben: User, anonymous_api: APIClient
) -> None:
    def entries(email: str) -> int:
        before = AuditEvent.objects.count()
        given = {"email": email, "password": "quiet rivers bend"}
        assert anonymous_api.post("/api/auth/signup", given).status_code == 202
        return AuditEvent.objects.count() - before

    assert entries(ben.email) == entries("dora@plant.example") == 1


def test_requests_for_accounts_from_one_address_are_limited(
    settings: Any, anonymous_api: APIClient
) -> None:
    settings.SIGNUPS_PER_HOUR = 2
    given = [{"email": f"x{n}@plant.example", "password": "quiet rivers bend"} for n in range(3)]
    codes = [anonymous_api.post("/api/auth/signup", each).status_code for each in given]
    assert codes == [202, 202, 429]


def test_counters_whose_window_is_over_are_swept_away() -> None:
    limits.take(limits.Limit("x", 1, timedelta(seconds=-1)), "old")
    limits.take(limits.Limit("x", 1, timedelta(hours=1)), "new")
    assert limits.forget_old() == 1
    assert Counter.objects.get().subject == "new"
