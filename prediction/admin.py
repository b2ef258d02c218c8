"""Prediction requests in Django admin: to read, never to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin

from prediction.models import PredictionRequest

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


@admin.register(PredictionRequest)
class PredictionRequestAdmin(admin.ModelAdmin[PredictionRequest]):
    """What was asked and answered; rows are born and kept by the product itself."""

    list_display = (
        "asked_at",
        "first_item",
        "item_count",
        "abstained_count",
        "error_count",
        "channel",
        "model_version",
        "milliseconds",
        "asked_by",
    )
    list_filter = ("channel", "model_version", "asked_at")
    search_fields = ("first_item", "asked_by")
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[PredictionRequest]:
        """Leave the content in the database until one request is opened."""
        return PredictionRequest.objects.all().without_content().newest_first()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds a request by hand."""
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: PredictionRequest | None = None
    ) -> bool:
        """Nobody rewrites what was asked."""
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: PredictionRequest | None = None
    ) -> bool:
        """Nobody removes what was asked."""
        return False
