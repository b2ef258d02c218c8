"""Which role may do what."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts import permissions
from accounts.models import Role, User
from accounts.permissions import ABILITIES, Ability, may


def test_every_role_has_a_row_in_the_table() -> None:
    assert set(ABILITIES) == set(Role.values)


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("planner", {"read", "predict"}),
        ("engineer", {"read", "predict", "train", "configure"}),
        ("administrator", {"read", "predict", "train", "configure", "administer", "audit"}),
        ("auditor", {"read", "audit"}),
    ],
)
def test_a_role_may_do_exactly_this(role: str, allowed: set[str]) -> None:
    person = User(role=role, is_active=True)
    assert {ability.value for ability in Ability if may(person, ability)} == allowed


def test_a_closed_account_and_nobody_may_do_nothing() -> None:
    closed = User(role=Role.ADMINISTRATOR, is_active=False)
    assert not any(may(closed, ability) for ability in Ability)
    assert not any(may(AnonymousUser(), ability) for ability in Ability)
    assert not closed.has_perm("accounts.view_user")


def test_django_admin_opens_for_administrators_and_read_only_for_auditors() -> None:
    ana = User(role=Role.ADMINISTRATOR, is_active=True)
    otto = User(role=Role.AUDITOR, is_active=True)
    ben = User(role=Role.PLANNER, is_active=True)
    assert [person.is_staff for person in (ana, otto, ben)] == [True, True, False]
    assert ana.has_perms(["registry.change_modelversion", "accounts.view_user"])
    assert otto.has_perms(["registry.view_modelversion", "accounts.view_auditevent"])
    assert not otto.has_perm("registry.change_modelversion")
    assert not ben.has_perm("registry.view_modelversion")


@pytest.mark.parametrize(
    ("name", "method", "roles"),
    [
        ("IsSignedIn", "post", {"planner", "engineer", "administrator", "auditor"}),
        ("ReadOrPredict", "get", {"planner", "engineer", "administrator", "auditor"}),
        ("ReadOrPredict", "post", {"planner", "engineer", "administrator"}),
        ("MayPredict", "get", {"planner", "engineer", "administrator"}),
        ("MayTrain", "post", {"engineer", "administrator"}),
        ("MayConfigure", "post", {"engineer", "administrator"}),
        ("MayAdminister", "post", {"administrator"}),
        ("MayAudit", "get", {"administrator", "auditor"}),
    ],
)
def test_an_endpoint_opens_to_these_roles(name: str, method: str, roles: set[str]) -> None:
    permission = getattr(permissions, name)()
    request = Request(getattr(RequestFactory(), method)("/"))
    opened = set()
    for role in Role.values:
        request.user = User(role=role, is_active=True)
        if permission.has_permission(request, APIView()):
            opened.add(role)
    assert opened == roles
