"""People, their keys and limits, and the audit log in Django admin."""

from __future__ import annotations

from accounts.admin import log, people, security

__all__ = ["log", "people", "security"]
