"""What the database itself refuses, whoever writes to it."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.models import User

OURS = ("accounts", "registry", "training", "prediction", "quality")


def pairs() -> list[tuple[type[models.Model], str]]:
    """Find every ``<verb>_at`` that may be empty and has a ``<verb>_by`` beside it."""
    return [
        (model, field.name.removesuffix("_at"))
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.fields
        if field.null
        and field.name.endswith("_at")
        and any(
            other.name == field.name.removesuffix("_at") + "_by" for other in model._meta.fields
        )
    ]


def mentions(condition: Any, name: str) -> bool:
    """Return whether a constraint's condition speaks of a field."""
    if isinstance(condition, tuple):
        return str(condition[0]).split("__")[0] == name
    return any(mentions(child, name) for child in getattr(condition, "children", ()))


def test_when_and_by_whom_are_held_together_by_the_database() -> None:
    loose = [
        f"{model.__name__}.{verb}_at/_by"
        for model, verb in pairs()
        if not any(
            mentions(constraint.condition, f"{verb}_at")
            and mentions(constraint.condition, f"{verb}_by")
            for constraint in model._meta.constraints
            if isinstance(constraint, models.CheckConstraint)
        )
    ]
    assert (User, "decided") in pairs()
    assert loose == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"decided_at": None},
        {"decided_by": ""},
        {"state": "pending"},
        {"state": "rejected"},
        {"role": "emperor"},
        {"state": "undead", "is_active": False},
    ],
)
def test_a_person_cannot_be_in_an_impossible_state(ben: User, wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=ben.pk).update(**wrong)


def test_a_pending_person_has_no_decision(cleo: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=cleo.pk).update(decided_at=timezone.now(), decided_by="ana")


def test_one_address_is_one_account(ben: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("BEN@plant.example", "another passphrase")
