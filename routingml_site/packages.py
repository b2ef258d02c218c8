"""Files that lie in installed packages and are served, not imported."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def folder_of(package: str, inside: str) -> Path:
    """Return a folder of an installed package, without importing it."""
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ImproperlyConfigured(f"The package {package} is not installed: run make install.")
    return Path(found.origin).parent / inside
