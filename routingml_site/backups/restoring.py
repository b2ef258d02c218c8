"""Putting a backup in place."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from accounts.models import User
from registry import store
from registry.models import ModelVersion
from routingml_site.backups.contents import (
    BEFORE,
    FORMAT,
    LEFT_OUT,
    MANIFEST,
    RESTORING,
    BackupUnusable,
    SiteInUse,
    Told,
    copy,
    database_places,
    new_for_owner,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE_SECONDS = 3600
NOTE = """
from accounts import audit
audit.record(action="site.backup.restored", by=None, target={name!r})
"""


def restore(path: Path, *, replace: bool = False) -> Told:
    """Put a backup in place of the site that is configured here; nothing may run meanwhile.

    Args:
        path: the backup.
        replace: whether a site that is there is set aside.

    Raises:
        BackupUnusable: it cannot be read, is damaged, or does not answer as it did.
        SiteInUse: there is a site, and it is not to be replaced.
    """
    if not replace and _is_in_use():
        raise SiteInUse(
            "There are accounts or versions here already. Stop the server and the worker, and say "
            "--replace to set them aside."
        )
    staged = settings.DATA_DIR / RESTORING
    try:
        with _opened(path) as archive:
            manifest = _manifest(archive)
            _unpack(archive, manifest, staged)
        _prove(manifest, staged, path.name)
        connections.close_all()
        before = _exchange(manifest, staged)
    except OSError as error:
        reason = error.strerror or error
        raise BackupUnusable(
            f"Nothing was changed: {path.name} cannot be unpacked: {reason}."
        ) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return Told(path, manifest, before)


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    try:
        with ZipFile(path) as archive:
            yield archive
    except BadZipFile as error:
        raise BackupUnusable(
            f"{path.name} is no backup, or only a part of one: {error}."
        ) from error
    except FileNotFoundError as error:
        raise BackupUnusable(f"There is no file {path}.") from error


def _manifest(archive: ZipFile) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        newer = manifest["format"] > FORMAT
        unknown = set(manifest["migrations"]) - _known_migrations()
    except (KeyError, TypeError, ValueError) as error:
        raise BackupUnusable(
            "The file is no backup of this product: it does not say so."
        ) from error
    if newer or unknown:
        last = f" (it knows {sorted(unknown)[-1]})" if unknown else ""
        raise BackupUnusable(f"The backup is of a newer release{last}: install that first.")
    return manifest


def _known_migrations() -> set[str]:
    return {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}


def _unpack(archive: ZipFile, manifest: dict[str, Any], staged: Path) -> None:
    """Write everything into a folder, and hold it against its checksums."""
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True, mode=0o700)
    for name in ("data", "versions", "databases"):
        (staged / name).mkdir()
    for name, expected in manifest["files"].items():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise BackupUnusable(f"{name!r} would lie outside of the site.")
        target = staged / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with archive.open(name) as source, new_for_owner(target) as file:
                found = copy(source, file)
        except (KeyError, BadZipFile) as error:
            raise BackupUnusable(f"The backup is damaged: {name} cannot be read.") from error
        if found != expected:
            raise BackupUnusable(f"The backup is damaged: {name} is not what was written.")


def _prove(manifest: dict[str, Any], staged: Path, name: str) -> None:
    """Let processes of their own, with the keys of the site that comes back, try what was unpacked.

    The database is brought up to date, the audit log is whole and notes the restoring, and the
    version answers as the backup says.
    """
    if "app" not in manifest["databases"]:
        return
    told = staged / "proof.json"
    _manage(staged, "migrate", "--verbosity=0")
    _manage(staged, "verify_audit")
    _manage(staged, "shell", "--verbosity=0", "--command", NOTE.format(name=name))
    proof = manifest["proof"]
    if proof is None:
        return
    _manage(
        staged,
        "predict",
        "--codes",
        proof["item"],
        "--top-k=1",
        "--format=json",
        f"--output={told}",
    )
    found = {row["ROUTING_SIGNATURE"] for row in json.loads(told.read_text(encoding="utf-8"))}
    if found != {proof["signature"]}:
        raise BackupUnusable(
            f"Nothing was changed: version {manifest['active']} proposes another routing for item "
            f"{proof['item']} than when the backup was made."
        )


def _manage(staged: Path, *arguments: str) -> None:
    """Run a command on what was unpacked: a store keeps its versions in ``versions``."""
    own = {
        "DATA_DIR": str(staged / "data"),
        "MODELS_STORE": str(staged),
        "DATABASE_URL": f"sqlite:///{(staged / 'databases' / 'app.sqlite3').as_posix()}",
    }
    if (staged / "databases" / "erp.sqlite3").exists():
        own["ERP_URL"] = f"sqlite:///{(staged / 'databases' / 'erp.sqlite3').as_posix()}"
    try:
        done = subprocess.run(  # noqa: S603 -- our own command line
            [sys.executable, str(settings.BASE_DIR / "manage.py"), *arguments],
            env=os.environ | own,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        told = f"{arguments[0]} took longer than {PATIENCE_SECONDS} s"
        raise BackupUnusable(f"Nothing was changed: {told} on what was unpacked.") from error
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no word"]
        raise BackupUnusable(f"Nothing was changed: what was unpacked does not answer: {last[0]}")


def _is_in_use() -> bool:
    try:
        return User.objects.exists() or ModelVersion.objects.exists()
    except DatabaseError:  # no tables yet
        return False


def _exchange(manifest: dict[str, Any], staged: Path) -> Path | None:
    """Put what was unpacked in its place; everything goes back when something cannot be moved."""
    before = settings.DATA_DIR / f"{BEFORE}-{timezone.localtime():%Y%m%d-%H%M%S}"
    moved: list[tuple[Path, Path]] = []

    def move(source: Path, target: Path) -> None:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(source, target)
        moved.append((source, target))

    try:
        for new, place in _places(manifest, staged):
            for old in (place, *(place.with_name(f"{place.name}-{end}") for end in ("wal", "shm"))):
                if old.exists():
                    move(old, before / new.relative_to(staged).parent / old.name)
            move(new, place)
    except OSError:
        for source, target in reversed(moved):
            shutil.move(target, source)
        raise
    return before if before.exists() else None


def _places(manifest: dict[str, Any], staged: Path) -> Iterator[tuple[Path, Path]]:
    """Yield what was unpacked, and where each belongs."""
    places = database_places()
    for name in manifest["databases"]:
        if name in places:  # not where this site has its own on a server
            yield staged / "databases" / f"{name}.sqlite3", places[name]
    for version in manifest["versions"]:
        yield staged / "versions" / version, store.version_path(version)
    for entry in sorted((staged / "data").iterdir()):
        if entry.name not in LEFT_OUT:  # the proof has written a log
            yield entry, settings.DATA_DIR / entry.name
