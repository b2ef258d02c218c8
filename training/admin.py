"""Retraining requests and probations in Django admin, to read."""

from __future__ import annotations

from django.contrib import admin

from accounts.admin.readonly import ReadOnlyAdmin
from training.models import Probation, RetrainingRequest


@admin.register(RetrainingRequest)
class RetrainingRequestAdmin(ReadOnlyAdmin):
    """Who asked for which training, on which evidence, and what came of it."""

    list_display = ("__str__", "state", "asked_at", "asked_by", "tries", "job", "outcome")
    list_filter = ("state", "reason")
    list_select_related = ("job",)
    search_fields = ("asked_by", "outcome")


@admin.register(Probation)
class ProbationAdmin(ReadOnlyAdmin):
    """Which version was on probation, held against what, and how it ended."""

    list_display = ("version", "previous", "state", "began_at", "ended_at", "why")
    list_filter = ("state",)
    list_select_related = ("version", "previous")
