#!/usr/bin/env python
"""Django's command-line entry."""

from __future__ import annotations

import os
import sys

from routingml_site import threads


def main() -> None:
    """Run a management command with RoutingML's settings."""
    threads.limit()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "routingml_site.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
