"""People, what they are signed in with, the record of who did what, and counters of tries."""

from __future__ import annotations

from accounts.models.audit import AppendOnly, AuditEvent, AuditHead, AuditQuerySet
from accounts.models.counters import Counter
from accounts.models.credentials import ApiKey, RecoveryCode, SignIn
from accounts.models.people import Role, SignupState, User, UserManager

__all__ = [
    "ApiKey",
    "AppendOnly",
    "AuditEvent",
    "AuditHead",
    "AuditQuerySet",
    "Counter",
    "RecoveryCode",
    "Role",
    "SignIn",
    "SignupState",
    "User",
    "UserManager",
]
