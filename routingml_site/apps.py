"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Lets the site package own commands, checks and template tags."""

    name = "routingml_site"

    def ready(self) -> None:
        """Register the system checks."""
        from routingml_site import checks  # noqa: F401 -- registers them
