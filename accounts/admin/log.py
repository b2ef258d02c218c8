"""The audit log in Django admin: to read, to filter, to take away, never to change."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, StreamingHttpResponse
from django.urls import URLPattern, path
from django.utils import timezone

from accounts.admin.readonly import ReadOnlyAdmin
from accounts.models import AuditEvent
from accounts.permissions import Ability, may

COLUMNS = (
    "number", "at", "actor", "api_key", "action", "target", "before", "after", "address",
    "request_id", "previous", "hash",
)  # fmt: skip
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    """The record of who did what."""

    list_display = ("at", "actor", "action", "target", "address")
    list_filter = ("action",)
    search_fields = ("actor", "api_key", "action", "target", "address", "request_id")
    date_hierarchy = "at"
    change_list_template = "admin/accounts/auditevent/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the export of what the list shows."""
        view = self.admin_site.admin_view(self.export)
        return [path("export/", view, name="accounts_auditevent_export"), *super().get_urls()]

    def export(self, request: HttpRequest) -> StreamingHttpResponse:
        """Send the entries that the list's filters choose as CSV."""
        if not may(request.user, Ability.AUDIT):
            raise PermissionDenied
        events = self.get_changelist_instance(request).get_queryset(request)
        name = f"audit-{timezone.localdate():%Y-%m-%d}.csv"
        return StreamingHttpResponse(
            _lines(events.order_by("number").iterator()),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


class _Echo:
    """A file that hands each line on instead of keeping it."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def _lines(events: Iterator[AuditEvent]) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for event in events:
        yield writer.writerow([as_cell(getattr(event, name)) for name in COLUMNS])


def as_cell(value: Any) -> Any:
    """Return a value as a spreadsheet may read it: never as a formula."""
    if value is None or isinstance(value, int):
        return value
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
