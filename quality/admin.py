"""Quality cycles, alerts and drift in Django admin: to read, because a figure is never edited.

An alert is acknowledged on its page or over the API, which keep who did it and why.
"""

from __future__ import annotations

from django.contrib import admin

from accounts.admin.readonly import ReadOnlyAdmin
from quality.models import Alert, DriftCheck, DriftReset, QualityCycle, SampleResult


@admin.register(QualityCycle)
class QualityCycleAdmin(ReadOnlyAdmin):
    """Which cycles ran, on which sample of which version, and how they ended."""

    list_display = (
        "__str__", "state", "model_version", "strategy", "measured", "failed", "alerts_raised",
        "retraining", "asked_by",
    )  # fmt: skip
    list_filter = ("state", "model_version")
    search_fields = ("model_version", "asked_by", "reason")


@admin.register(SampleResult)
class SampleResultAdmin(ReadOnlyAdmin):
    """What a cycle found out about each item of its sample."""

    list_display = (
        "item", "cycle", "family", "is_exact", "process_match", "mean_error", "problem",
    )  # fmt: skip
    list_filter = ("is_exact", "abstained", "unseen")
    list_select_related = ("cycle",)
    search_fields = ("item",)
    show_full_result_count = False


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """What was wrong from when to when, and who has seen it."""

    list_display = (
        "__str__", "severity", "value", "limit", "raised_at", "cleared_at", "acknowledged_by",
        "note",
    )  # fmt: skip
    list_filter = ("rule", "severity")
    search_fields = ("subject", "note")


@admin.register(DriftCheck)
class DriftCheckAdmin(ReadOnlyAdmin):
    """The looks at the newest live answers."""

    list_display = ("at", "model_version", "answers", "similarity", "confidence", "is_event")
    list_filter = ("is_event", "model_version")


@admin.register(DriftReset)
class DriftResetAdmin(ReadOnlyAdmin):
    """When somebody let drift count anew, and why."""

    list_display = ("at", "by", "note")
