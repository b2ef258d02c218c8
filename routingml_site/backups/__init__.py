"""A site in one file: its databases, the versions that may answer, its files and made keys.

A backup knows the checksum of everything in it, and one answer of the version that was active.
Restoring unpacks it beside what is there, lets a process of its own give that answer again, and
only then puts it in its place; what was there before is set aside, not deleted.
"""

from __future__ import annotations

from routingml_site.backups.contents import BackupFailed, BackupUnusable, SiteInUse, Told
from routingml_site.backups.restoring import restore
from routingml_site.backups.writing import back_up

__all__ = ["BackupFailed", "BackupUnusable", "SiteInUse", "Told", "back_up", "restore"]
