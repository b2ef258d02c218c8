"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PredictionConfig(AppConfig):
    """Names the app and its default key type."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "prediction"
    verbose_name = _("Predictions")
