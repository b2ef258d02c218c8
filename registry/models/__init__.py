"""What exists, as rows."""

from __future__ import annotations

from registry.models.mappings import Direction, MappingProfile

__all__ = ["Direction", "MappingProfile"]
