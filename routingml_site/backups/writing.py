"""Writing a backup."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts import audit
from prediction import loader
from registry import selectors, store
from routingml_site.backups.contents import (
    FORMAT,
    MANIFEST,
    BackupFailed,
    Told,
    copy,
    data_files,
    database_places,
    files_of,
    new_for_owner,
)


def back_up(path: Path) -> Told:
    """Write a backup while the site runs; there is no file until it is whole.

    Raises:
        BackupFailed: the file exists, or cannot be written.
        RoutingMLError: the active version cannot be opened.
    """
    if path.exists():
        raise BackupFailed(f"{path} is there already. Name a new file.")
    audit.record(action="site.backup.made", by=None, target=path.name)
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        with new_for_owner(part) as file, ZipFile(file, "w") as archive:
            manifest = _fill(archive, part)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise BackupFailed(f"{path} could not be written: {error.strerror or error}.") from error
    return Told(path, manifest)


def _fill(archive: ZipFile, written: Path) -> dict[str, Any]:
    """Write everything, the databases first: a version without a row does no harm."""
    files: dict[str, str] = {}
    databases = {name: path for name, path in database_places().items() if path.is_file()}
    for name, path in databases.items():
        with tempfile.TemporaryDirectory(dir=settings.DATA_DIR, prefix=".backup-") as folder:
            snapshot = Path(folder, path.name)
            _snapshot(path, snapshot)
            files |= _add(archive, snapshot, f"databases/{name}.sqlite3", packed=True)
    active, other = selectors.active_version(), selectors.roll_back_target()
    versions = [each.name for each in (active, other) if each is not None]
    for version in versions:
        folder_of = store.version_path(version)
        for file in files_of(folder_of):
            inside = file.relative_to(folder_of).as_posix()
            files |= _add(archive, file, f"versions/{version}/{inside}")
    for file in data_files(without=written):
        inside = file.relative_to(settings.DATA_DIR).as_posix()
        files |= _add(archive, file, f"data/{inside}", packed=True)
    applied = MigrationRecorder(connection).applied_migrations()
    manifest = {
        "format": FORMAT,
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "databases": list(databases),
        "migrations": sorted(f"{app}.{name}" for app, name in applied),
        "active": active.name if active else None,
        "versions": versions,
        "proof": _answer() if active else None,
        "files": files,
    }
    archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return manifest


def _answer() -> dict[str, str] | None:
    """Return an item that the active version knows, and the routing it proposes."""
    model = loader.active().model
    item = model.item(model.item_codes[0]) if model.item_codes else None
    if item is None:
        return None
    (told,) = model.predict([item], top_k=1, explain=False)
    return {"item": item.code, "signature": told.candidates[0].signature}


def _snapshot(database: Path, snapshot: Path) -> None:
    """Copy an SQLite file as it is at one moment, whoever writes to it."""
    with closing(sqlite3.connect(database)) as old, closing(sqlite3.connect(snapshot)) as new:
        old.backup(new)


def _add(archive: ZipFile, file: Path, name: str, *, packed: bool = False) -> dict[str, str]:
    """Write a file into an archive; return its checksum under its name."""
    entry = ZipInfo.from_file(file, name, strict_timestamps=False)
    entry.compress_type = ZIP_DEFLATED if packed else ZIP_STORED  # arrays hardly shrink
    with file.open("rb") as source, archive.open(entry, "w", force_zip64=True) as target:
        return {name: copy(source, target)}
