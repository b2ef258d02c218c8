"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Names the app and its default key type."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "accounts"
