"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class SiteConfig(AppConfig):
    """Lets the site package own commands, checks and template tags."""

    name = "routingml_site"

    def ready(self) -> None:
        """Register the system checks."""
        from routingml_site import checks  # noqa: F401 -- registers them


class StaticFiles(StaticFilesConfig):
    """Leaves out what lies beside plotly.js in its wheel and no page asks for: 5 MB."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "widgetbundle.js", "templates/*.json",
                       "datasets/*"]  # fmt: skip
