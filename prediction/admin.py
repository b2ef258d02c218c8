"""Prediction requests in Django admin, to read; rules, to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from prediction.models import PredictionRequest, RoutingRule
from prediction.services import rule_words, rules

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


class RuleForm(forms.ModelForm[RoutingRule]):
    """A rule as somebody writes it, with the kinds in words and an example of each."""

    class Meta:
        model = RoutingRule
        fields = ("name", "kind", "severity", "document", "items", "is_active")
        help_texts = {
            "document": _(
                'What the kind needs. limit: {"field": "run_minutes", "max": 1440}; required:'
                ' {"field": "resource"}; order: {"before": "SW01", "after": "LT01"};'
                ' forbidden_pair: {"first": "HT01", "second": "HT02"}; max_count:'
                ' {"job": "PK01", "most": 1}.'
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "kind" in self.fields:  # not where the rule may only be read
            kinds = [(kind.value, f"{word} ({kind})") for kind, word in rule_words.KINDS.items()]
            self.fields["kind"].widget.choices = kinds

    def _post_clean(self) -> None:
        """Look at the rule only when it is JSON: anything else would complain of an empty one."""
        if not self.errors:
            super()._post_clean()  # type: ignore[misc]  # missing in the stubs


@admin.register(RoutingRule)
class RoutingRuleAdmin(admin.ModelAdmin[RoutingRule]):
    """Rules that routings must obey; what is no rule is refused with every reason."""

    form = RuleForm
    list_display = ("name", "kind", "severity", "is_active", "origin", "evidence", "changed_by")
    list_filter = ("is_active", "severity", "kind", "origin")
    search_fields = ("name",)
    fields = (
        "name",
        "kind",
        "severity",
        "document",
        "items",
        "is_active",
        "origin",
        "evidence",
        "changed_at",
        "changed_by",
    )
    readonly_fields = ("origin", "evidence", "changed_at", "changed_by")

    def save_model(
        self,
        request: HttpRequest,
        obj: RoutingRule,
        form: Any,
        change: bool,  # noqa: FBT001 -- Django's signature
    ) -> None:
        """Hand the form to the service, which writes it down."""
        rules.save(row=obj, by=str(request.user))

    def delete_model(self, request: HttpRequest, obj: RoutingRule) -> None:
        """Remove one rule, and write it down."""
        rules.remove(row=obj, by=str(request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[RoutingRule]) -> None:
        """Remove the chosen rules one by one, and write each down."""
        for row in queryset:
            rules.remove(row=row, by=str(request.user))
