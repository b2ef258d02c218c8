"""What the account endpoints take and give."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework import serializers

from accounts.models import ApiKey, AuditEvent, Role, User


class SignupIn(serializers.Serializer[Any]):
    """A request for an account."""

    email = serializers.EmailField(max_length=254)
    name = serializers.CharField(max_length=150, required=False, allow_blank=True, default="")
    password = serializers.CharField(max_length=128, trim_whitespace=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Hold the password against Django's validators."""
        try:
            validate_password(attrs["password"], User(email=attrs["email"], name=attrs["name"]))
        except ValidationError as error:
            raise serializers.ValidationError({"password": error.messages}) from None
        return attrs


class LoginIn(serializers.Serializer[Any]):
    """Address, password, and where the tokens go."""

    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    code = serializers.CharField(
        max_length=20,
        required=False,
        allow_blank=True,
        default="",
        help_text="of the authenticator app, or a recovery code, where the person has set one up",
    )
    use = serializers.ChoiceField(
        choices=("cookie", "bearer"),
        default="cookie",
        help_text="cookie: for browsers, out of their scripts' reach; bearer: for programs",
    )


class RefreshIn(serializers.Serializer[Any]):
    """A program's refresh token; a browser sends its cookie instead."""

    refresh = serializers.CharField(required=False, default="", max_length=2000)


class PersonOut(serializers.ModelSerializer[User]):
    """Who is signed in."""

    class Meta:
        model = User
        fields = ("id", "email", "name", "role")


class TokensOut(serializers.Serializer[Any]):
    """Tokens for a program; empty when they went into cookies."""

    user = PersonOut()
    access = serializers.CharField(allow_blank=True)
    refresh = serializers.CharField(allow_blank=True)


class PasswordIn(serializers.Serializer[Any]):
    """The password of now and the one that is wanted."""

    current = serializers.CharField(max_length=128, trim_whitespace=False)
    new = serializers.CharField(max_length=128, trim_whitespace=False)


class KeyIn(serializers.Serializer[Any]):
    """A key that is wanted."""

    name = serializers.CharField(max_length=100)
    role = serializers.ChoiceField(choices=Role.choices)
    days = serializers.IntegerField(min_value=1, max_value=730, default=90)


class KeyOut(serializers.ModelSerializer[ApiKey]):
    """A key, without its secret."""

    class Meta:
        model = ApiKey
        fields = (
            "id", "name", "role", "prefix", "created_at", "expires_at", "last_used_at",
            "revoked_at", "is_good",
        )  # fmt: skip


class NewKeyOut(serializers.Serializer[Any]):
    """A key that was just made, with its text, which is never shown again."""

    key = KeyOut()
    text = serializers.CharField()


class UserOut(serializers.ModelSerializer[User]):
    """A person as administrators see them."""

    class Meta:
        model = User
        fields = (
            "id", "email", "name", "role", "state", "is_active", "requested_at", "decided_at",
            "decided_by", "decision_reason", "last_login", "second_factor_since",
        )  # fmt: skip


class ApproveIn(serializers.Serializer[Any]):
    """The role that somebody gets."""

    role = serializers.ChoiceField(choices=Role.choices, default=Role.PLANNER)


class RejectIn(serializers.Serializer[Any]):
    """Why somebody is turned down."""

    reason = serializers.CharField(max_length=500)


class OneTimePasswordOut(serializers.Serializer[Any]):
    """A password for one time."""

    password = serializers.CharField()
    until = serializers.DateTimeField()


class AuditOut(serializers.ModelSerializer[AuditEvent]):
    """An entry of the audit log."""

    class Meta:
        model = AuditEvent
        fields = (
            "number", "at", "action", "actor", "api_key", "target", "before", "after", "address",
            "request_id", "previous", "hash",
        )  # fmt: skip


class AuditFilter(serializers.Serializer[Any]):
    """Which entries."""

    action = serializers.CharField(required=False, max_length=100)
    actor = serializers.CharField(required=False, max_length=254)
    target = serializers.CharField(required=False, max_length=254)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)


class MessageOut(serializers.Serializer[Any]):
    """A sentence for the person."""

    message = serializers.CharField()
