"""What of the registry is in Django admin; importing a module registers its pages."""

from __future__ import annotations

from registry.admin import config, jobs, mappings, versions

__all__ = ["config", "jobs", "mappings", "versions"]
