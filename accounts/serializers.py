"""What the account endpoints take and give."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from rest_framework import serializers

from accounts.models import User


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


class MessageOut(serializers.Serializer[Any]):
    """A sentence for the person."""

    message = serializers.CharField()
