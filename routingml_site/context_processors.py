"""What every page shows: brand, navigation, theme, and the version that answers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from registry import selectors
from routingml_site import nav
from routingml_site.preferences import theme


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's values; the database is asked only when a template uses the version."""
    user = getattr(request, "user", None)
    return {
        "brand": settings.BRAND,
        "product_version": settings.VERSION,
        "navigation": nav.links(user, request.path),
        "theme": theme(request),
        "active_version": _active_version,
    }


def _active_version() -> str:
    """Return the name of the version that answers, empty when there is none."""
    version = selectors.active_version()
    return version.name if version else ""
