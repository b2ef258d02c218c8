"""Every action of Django admin, tried with every role: administrators act, nobody else does.

The pages themselves are walked in ``test_access.py``.  A new action is found here by itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.models import ApiKey, AuditEvent, Counter, Role, User
from accounts.services import keys

pytestmark = pytest.mark.django_db
OTHERS = sorted(set(Role.values) - {Role.ADMINISTRATOR})


def actions() -> list[tuple[type[models.Model], str]]:
    """Return every action that some list in Django admin knows, deleting included."""
    assert get_resolver().url_patterns  # loading them takes out of admin what does not belong there
    return [
        (model, name)
        for model, its_admin in admin.site._registry.items()
        for _function, name, _words in its_admin._get_base_actions()  # type: ignore[attr-defined]  # not in the stubs
    ]


@pytest.fixture
def rows(ben: User, cleo: User) -> dict[type[models.Model], models.Model]:
    """Something to act on."""
    later = timezone.now() + timedelta(minutes=15)
    return {
        User: cleo,
        ApiKey: keys.create_key(ben, name="Nightly", role="planner", days=30)[0],
        Counter: Counter.objects.create(kind="account", subject="x", count=9, ends_at=later),
    }


def state() -> list[Any]:
    """Return everything that an action could have changed."""
    limits = Counter.objects.filter(kind="account")
    tables = User.objects.order_by("pk"), ApiKey.objects.order_by("pk"), limits
    return [list(rows.values()) for rows in tables]


def press(client: Client, model: type[models.Model], action: str, row: models.Model | None) -> int:
    """Choose a row, then an action, and say yes to everything that is asked."""
    place = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    chosen = str(row.pk) if row else "1"
    given = {"action": action, "_selected_action": chosen, "index": "0"}
    answers = {"confirmed": "yes", "post": "yes", "role": "administrator", "reason": "no"}
    return client.post(place, given | answers).status_code


@pytest.mark.parametrize("role", OTHERS)
def test_no_action_does_anything_for_who_may_not_administer(
    role: str, rows: dict[type[models.Model], models.Model], client: Client
) -> None:
    person = User.objects.create_user(f"{role}@plant.example", "a long passphrase", role=role)
    client.force_login(person)
    before = state()
    for model, action in actions():
        assert press(client, model, action, rows.get(model)) in (302, 403), (model, action)
        assert state() == before, (model, action)
    assert not AuditEvent.objects.filter(actor=person.email).exclude(
        action="accounts.access.refused"
    )


def test_an_administrator_acts(
    ana_browser: Client, rows: dict[type[models.Model], models.Model]
) -> None:
    """The same presses do something, so the test above can fail."""
    done = {
        (User, "approve"): "accounts.signup.approved",
        (ApiKey, "revoke"): "accounts.key.revoked",
        (Counter, "lift"): "accounts.limit.lifted",
    }
    for (model, action), written in done.items():
        press(ana_browser, model, action, rows[model])
        assert AuditEvent.objects.filter(action=written, actor="ana@plant.example").exists()


def test_nothing_that_is_written_down_can_be_deleted_in_admin(
    ana_browser: Client, rows: dict[type[models.Model], models.Model]
) -> None:
    before = state()
    for model, action in actions():
        if action == "delete_selected" and model in (*rows, AuditEvent):
            press(ana_browser, model, action, rows.get(model))
    assert state() == before
