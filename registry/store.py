"""Where versions are kept: staging folders, finished versions, names, free space.

Every path of ``settings.MODELS_STORE`` and the signing key are known here and nowhere else.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from registry.core import artifacts
from registry.core.artifacts import Manifest, VersionTampered
from registry.core.errors import BadInput, RoutingMLError
from registry.folders import untouched_since
from registry.models.versions import NAME_PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from registry.core.state import State

MARKS = "unsettled"
STALE_SECONDS = 24 * 60 * 60
"""Age from which a staging folder is a leftover: writing a version takes seconds, not a day."""
UNSETTLED_SECONDS = 10 * 60
"""Age from which a version without a row was left by a killed process: the row follows at once."""


class VersionExists(RoutingMLError):
    """There is already a version of this name; versions are never written over."""

    code = "version_exists"

    def __init__(self, name: str) -> None:
        message = f"There is already a version {name}. Choose another name."
        super().__init__(message, version=name)


class StoreUnwritable(RoutingMLError):
    """The folder of versions takes nothing: the disk is full, or the shared folder has gone."""

    code = "store_unwritable"


def version_path(name: str) -> Path:
    """Return the folder of a finished version.

    Raises:
        BadInput: when the name is not one of a version (so that it cannot lead elsewhere).
    """
    return _versions() / checked_name(name)


def checked_name(name: str) -> str:
    """Return ``name`` when it is one of a version.

    Raises:
        BadInput: when it is not.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise BadInput(
            f"{name!r} is not a version name: expected YYYY.MM.DD_build, such as 2026.11.21_1."
        )
    return name


def next_name(today: date, *, taken: Iterable[str] = ()) -> str:
    """Return the day's next ``YYYY.MM.DD_build`` after all that exist or are ``taken``."""
    day = f"{today:%Y.%m.%d}_"
    folders = (path.name for path in _versions().glob(f"{day}*"))
    builds = [name.removeprefix(day) for name in (*folders, *taken) if name.startswith(day)]
    return f"{day}{max((int(build) for build in builds if build.isdecimal()), default=0) + 1}"


@contextmanager
def staging() -> Iterator[Path]:
    """Lend an empty folder on the same disk; whatever is not published by the end is removed.

    Raises:
        StoreUnwritable: when there is no room, or the shared folder has gone.
    """
    with _said():
        prune_staging()
        folder = Path(tempfile.mkdtemp(prefix="version-", dir=_folder("staging")))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write(
    folder: Path,
    states: Mapping[str, State],
    manifest: Mapping[str, Any],
    metrics: Mapping[str, Any],
) -> Manifest:
    """Write and sign a version in a staging folder.

    Raises:
        StoreUnwritable: when there is no room, or the shared folder has gone.
    """
    with _said():
        return artifacts.write(folder, states, manifest, metrics, settings.MODEL_SIGNING_KEY)


def publish(folder: Path, name: str) -> Path:
    """Check a written staging folder and rename it into place, in one step.

    A mark stays until ``settle``: a process that is killed before it has stored the version's row
    leaves a folder that nothing else tells from one of another installation.

    Raises:
        VersionExists: when there is a version of that name.
        VersionMissing, VersionTampered, VersionIncompatible: when the folder is not in order.
    """
    target = version_path(name)
    _check_named(artifacts.verify(folder, settings.MODEL_SIGNING_KEY), name)
    folder.chmod(0o755)  # a temporary folder is private; the service may run as several accounts
    _folder("versions")
    try:
        if target.exists():
            raise FileExistsError
        _mark(name).touch()
        folder.rename(target)
    except OSError as error:
        if target.exists():
            raise VersionExists(name) from error
        raise
    artifacts.sync_directory(target.parent)
    return target


def settle(name: str) -> None:
    """Note that a version's row is stored, or that its folder is gone."""
    _mark(name).unlink(missing_ok=True)


def unsettled(older_than: float = UNSETTLED_SECONDS) -> list[str]:
    """Return the published versions whose rows have been waited for that long."""
    marks = untouched_since(_folder(MARKS), time.time() - older_than)
    return sorted(mark.name for mark in marks if re.fullmatch(NAME_PATTERN, mark.name))


def unpublish(name: str) -> None:
    """Remove a version's folder after its row could not be stored."""
    shutil.rmtree(version_path(name), ignore_errors=True)
    settle(name)


def remove(name: str) -> None:
    """Remove a version's folder, all of it or nothing: it is moved out of the way first.

    Who has its arrays mapped keeps them; what a killed process leaves behind is under staging.
    """
    aside = _folder("staging") / f"removed-{name}"
    shutil.rmtree(aside, ignore_errors=True)
    try:
        version_path(name).rename(aside)
    except FileNotFoundError:
        return
    shutil.rmtree(aside, ignore_errors=True)


def manifest(name: str) -> Manifest:
    """Return what a version says about itself, its signature checked but not its files.

    Raises:
        VersionMissing, VersionTampered, VersionIncompatible: when it cannot be read.
    """
    return artifacts.signed_manifest(version_path(name), settings.MODEL_SIGNING_KEY)


def verify(name: str, digest: str) -> Manifest:
    """Check a version's folder, and that it is the one that was registered.

    Raises:
        VersionMissing, VersionTampered, VersionIncompatible: when it cannot be used.
    """
    manifest = artifacts.verify(version_path(name), settings.MODEL_SIGNING_KEY)
    _check_registered(manifest, name, digest)
    return manifest


def figures(name: str, digest: str) -> dict[str, Any]:
    """Return all figures of a version after the checks of ``verify``.

    Raises:
        VersionMissing, VersionTampered, VersionIncompatible: when it cannot be used.
    """
    verify(name, digest)
    text = (version_path(name) / artifacts.METRICS).read_text(encoding="utf-8")
    return dict(json.loads(text))


def read(name: str, digest: str) -> tuple[Manifest, dict[str, State]]:
    """Open a version after the checks of ``verify``.

    Raises:
        VersionMissing, VersionTampered, VersionIncompatible: when it cannot be used.
    """
    manifest, states = artifacts.read(version_path(name), settings.MODEL_SIGNING_KEY)
    _check_registered(manifest, name, digest)
    return manifest, states


def refuse_if_gone() -> None:
    """Refuse to begin a store anew where one has been, before hours are spent on a version.

    A shared folder that is no longer mounted is an empty one: a version written into it would be
    out of sight once it is back.

    Raises:
        StoreUnwritable: the folder of versions is not there.
    """
    if not _versions().is_dir():
        raise StoreUnwritable(
            f"Versions are registered, but {_versions()} is not there: the shared folder has gone. "
            "Mount it again. If the versions are lost for good, make that folder, and train again."
        )


def free_bytes() -> int:
    """Return the free space where versions are written."""
    store = settings.MODELS_STORE
    place = next(folder for folder in (store, *store.parents) if folder.exists())
    return shutil.disk_usage(place).free


def prune_staging(older_than: float = STALE_SECONDS) -> list[str]:
    """Remove what writers that were killed left under staging; return the names."""
    stale = list(untouched_since(_folder("staging"), time.time() - older_than))
    for path in stale:
        shutil.rmtree(path, ignore_errors=True)
    return sorted(path.name for path in stale)


@contextmanager
def _said() -> Iterator[None]:
    """Say in words what the operating system has against writing."""
    try:
        yield
    except OSError as error:
        free = free_bytes() // 2**20
        raise StoreUnwritable(
            f"The version could not be written under {settings.MODELS_STORE}, where {free:,} MB "
            f"are free: {error}. Nothing of it was kept. Make room, or see that the shared folder "
            "is there and may be written; then train again.",
            free_mb=free,
        ) from error


def _versions() -> Path:
    return Path(settings.MODELS_STORE) / "versions"


def _mark(name: str) -> Path:
    return _folder(MARKS) / checked_name(name)


def _folder(name: str) -> Path:
    folder = Path(settings.MODELS_STORE) / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _check_named(manifest: Manifest, name: str) -> None:
    if manifest.name != name:
        raise VersionTampered(
            f"The folder holds version {manifest.name}, not {name}.", version=name, file=""
        )


def _check_registered(manifest: Manifest, name: str, digest: str) -> None:
    """Refuse a genuine folder in another's place: both were signed, only one was registered."""
    _check_named(manifest, name)
    if manifest.digest != digest:
        raise VersionTampered(
            f"Version {name} is not the one that was registered. "
            "Do not use it: restore its folder from a backup, or activate another version.",
            version=name,
            file=artifacts.MANIFEST,
        )
