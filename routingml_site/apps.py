"""App configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.apps import AppConfig, apps

if TYPE_CHECKING:  # Django takes the one class of this module that is an AppConfig
    from django.contrib.staticfiles.apps import StaticFilesConfig

UNUSED = ("widgetbundle.js", "templates/*.json", "datasets/*")
"""What lies beside plotly.js in its wheel and no page asks for: 5 MB that are not collected."""


class SiteConfig(AppConfig):
    """Lets the site package own commands, checks and template tags."""

    name = "routingml_site"

    def ready(self) -> None:
        """Register the system checks; leave out of the static files what nobody asks for."""
        from routingml_site import checks  # noqa: F401 -- registers them

        files = cast("StaticFilesConfig", apps.get_app_config("staticfiles"))
        files.ignore_patterns = [*files.ignore_patterns, *UNUSED]
