"""Writes down who did what.  Call it inside the transaction that does the thing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import AuditEvent, User

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

SYSTEM = "system"
"""The actor of what happens by itself: a schedule, a command without a person."""


def record(
    *,
    action: str,
    by: User | str | None,
    target: str,
    before: Any = None,
    after: Any = None,
    request: HttpRequest | Request | None = None,
) -> AuditEvent:
    """Add one entry; ``action`` is a dotted constant such as ``registry.version.activated``."""
    return AuditEvent.objects.create(
        action=action,
        actor=str(by or SYSTEM),
        target=target[:254],
        before=before,
        after=after,
        address=None if request is None else request.META.get("REMOTE_ADDR") or None,
        request_id="" if request is None else str(getattr(request, "request_id", "")),
    )
