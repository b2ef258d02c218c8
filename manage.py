#!/usr/bin/env python
"""Django's command-line entry."""

from __future__ import annotations

import os
import sys

from routingml_site import threads


def main() -> None:
    """Run a management command with RoutingML's settings; a wrong setting is told in a line."""
    threads.limit()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routingml_site.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Wrong setting: {error}")


if __name__ == "__main__":
    main()
