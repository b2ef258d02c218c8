"""API keys and reached limits in Django admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.admin.readonly import ReadOnlyAdmin
from accounts.models import ApiKey, Counter
from accounts.permissions import Ability, may, person
from accounts.services import keys


class _Acting(ReadOnlyAdmin):
    """Rows that nobody edits, and administrators act on."""

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Let administrators act."""
        return may(request.user, Ability.ADMINISTER)


@admin.register(ApiKey)
class ApiKeyAdmin(_Acting):
    """Everybody's keys: to look at and to revoke."""

    list_display = ("name", "user", "role", "prefix", "created_at", "expires_at", "last_used_at",
                    "revoked_at")  # fmt: skip
    list_filter = ("role",)
    search_fields = ("name", "user__email", "prefix")
    list_select_related = ("user",)
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description=_("Revoke the chosen keys"), permissions=["act"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """End them."""
        for key in queryset:
            keys.revoke_key(key, by=person(request), request=request)
            self.message_user(request, _("Revoked: %(key)s") % {"key": key})


@admin.register(Counter)
class CounterAdmin(_Acting):
    """What is counted: wrong passwords by account and address, and other limits."""

    list_display = ("kind", "subject", "count", "ends_at")
    list_filter = ("kind",)
    search_fields = ("subject",)
    actions = ("lift",)

    @admin.action(description=_("Lift the chosen limits"), permissions=["act"])
    def lift(self, request: HttpRequest, queryset: QuerySet[Counter]) -> None:
        """Let these try again at once."""
        for counter in queryset:
            target: Any = str(counter)
            counter.delete()
            audit.record(
                action="accounts.limit.lifted", by=person(request), target=target, request=request
            )
            self.message_user(request, _("Lifted: %(limit)s") % {"limit": target})
