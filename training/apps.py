"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    """Names the app and its default key type."""

    default_auto_field = "django.db.models.BigAutoField"
    name = "training"
    verbose_name = _("Training")
