"""Which role may do what: one table, the predicate on it, and the DRF permission classes."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import SAFE_METHODS, BasePermission

from accounts.models import Role, User

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request
    from rest_framework.views import APIView


class Ability(StrEnum):
    """Something a role may do."""

    READ = "read"
    PREDICT = "predict"
    TRAIN = "train"
    CONFIGURE = "configure"
    ADMINISTER = "administer"
    AUDIT = "audit"


ABILITIES: dict[str, frozenset[Ability]] = {
    Role.PLANNER: frozenset({Ability.READ, Ability.PREDICT}),
    Role.ENGINEER: frozenset({Ability.READ, Ability.PREDICT, Ability.TRAIN, Ability.CONFIGURE}),
    Role.ADMINISTRATOR: frozenset(Ability),
    Role.AUDITOR: frozenset({Ability.READ, Ability.AUDIT}),
}


def may(user: Any, ability: Ability) -> bool:
    """Return whether a person (or nobody in particular) may do something.

    With a one-time password, or without a second factor that the role needs, nothing is open; an
    API key narrows to its own role.
    """
    if not is_person(user) or first_of_all(user):
        return False
    within_key = user.scope is None or ability in ABILITIES[user.scope]
    return within_key and ability in ABILITIES[user.role]


def is_person(user: Any) -> bool:
    """Return whether this is somebody with an open account, whatever they may do."""
    return isinstance(user, User) and user.is_active


def first_of_all(user: User) -> str:
    """Return the page where somebody has to do something before anything opens, mostly none."""
    if user.must_change_password:
        return "accounts:password"
    return "accounts:second_factor" if user.lacks_second_factor else ""


def is_personally(user: Any) -> bool:
    """Return whether this is somebody themselves, not a program with one of their keys."""
    return is_person(user) and user.scope is None


def person(request: HttpRequest | Request) -> User:
    """Return who is asking.

    Raises:
        NotAuthenticated: nobody is signed in; the permissions should have refused before.
    """
    if not isinstance(request.user, User):
        raise NotAuthenticated
    return request.user


class _Needs(BasePermission):
    """Opens an endpoint to those with an ability."""

    ability: Ability

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Ask the table."""
        return may(request.user, self.ability)


class IsPerson(BasePermission):
    """Somebody themselves, a one-time password included: to change it, to sign out."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Refuse programs with a key."""
        return is_personally(request.user)


class IsSignedIn(_Needs):
    """Anybody who is signed in, whatever the method."""

    ability = Ability.READ


class ReadOrPredict(_Needs):
    """The default of the API: everybody signed in reads, those who may predict also write."""

    ability = Ability.PREDICT

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Ask for the ability that the method needs."""
        needed = Ability.READ if request.method in SAFE_METHODS else self.ability
        return may(request.user, needed)


class MayPredict(_Needs):
    """Planners, engineers, administrators."""

    ability = Ability.PREDICT


class MayTrain(_Needs):
    """Engineers and administrators."""

    ability = Ability.TRAIN


class MayConfigure(_Needs):
    """Engineers and administrators."""

    ability = Ability.CONFIGURE


class MayAdminister(_Needs):
    """Administrators."""

    ability = Ability.ADMINISTER


class MayAudit(_Needs):
    """Auditors and administrators."""

    ability = Ability.AUDIT
