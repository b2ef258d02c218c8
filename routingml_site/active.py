"""Which model version answers, for the footer and for readiness."""

from __future__ import annotations

from django.apps import apps


def active_version_name() -> str:
    """Return the active version's name, empty when there is none."""
    try:
        version = apps.get_model("registry", "ModelVersion")
    except LookupError:
        return ""
    return version.objects.filter(state="active").values_list("name", flat=True).first() or ""
