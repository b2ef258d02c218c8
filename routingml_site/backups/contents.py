"""What a backup has, what belongs to a site, and what can be wrong."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection

from registry.core.erp_urls import sqlite_path
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = 1
MANIFEST = "backup.json"
LEFT_OUT = ("logs", "benchmarks")
"""Folders of the data folder that say nothing once the site is another."""
RESTORING, BEFORE = ".restoring", "before-restoring"
PIECE = 2**20


class BackupFailed(RoutingMLError):
    """The backup could not be written."""

    code = "backup_failed"


class BackupUnusable(RoutingMLError):
    """The file is no backup, is damaged, or belongs to a newer release."""

    code = "backup_unusable"


class SiteInUse(RoutingMLError):
    """There is a site already, which restoring would replace."""

    code = "site_in_use"


@dataclass(frozen=True, slots=True)
class Told:
    """What a backup has.

    Attributes:
        path: the file.
        manifest: what it says of itself.
        before: where a restoring has set aside what was there; None where nothing was.
    """

    path: Path
    manifest: dict[str, Any]
    before: Path | None = None


def database_places() -> dict[str, Path]:
    """Return where the SQLite files of this site are; a server is backed up with its own tools."""
    found = {}
    if connection.vendor == "sqlite":
        found["app"] = Path(str(connection.settings_dict["NAME"]))
    erp = sqlite_path(settings.ERP_URL, base=settings.BASE_DIR)
    return found if erp is None else found | {"erp": erp}


def data_files(without: Path) -> Iterator[Path]:
    """Yield what else is in the data folder, without logs and a file that is being written."""
    left_out = {without.resolve(), *(path.resolve() for path in database_places().values())}
    apart = {settings.MODELS_STORE.resolve(), (settings.DATA_DIR / RESTORING).resolve()}
    for entry in sorted(settings.DATA_DIR.iterdir()):
        if entry.name in LEFT_OUT or entry.name.startswith(BEFORE) or entry.resolve() in apart:
            continue
        for file in files_of(entry):
            base = file.with_name(file.name.removesuffix("-wal").removesuffix("-shm"))
            if base.resolve() not in left_out:
                yield file


def files_of(place: Path) -> Iterator[Path]:
    """Yield a file, or all files of a folder."""
    if place.is_file():
        yield place
    yield from sorted(file for file in place.rglob("*") if file.is_file())


def new_for_owner(path: Path) -> IO[bytes]:
    """Create a file that only its owner may read: it holds keys and what people wrote."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb")


def copy(source: IO[bytes], target: IO[bytes]) -> str:
    """Copy a file piece by piece; return its checksum."""
    digest = hashlib.sha256()
    for piece in iter(lambda: source.read(PIECE), b""):
        digest.update(piece)
        target.write(piece)
    return digest.hexdigest()
