"""What a version says about itself: the signed manifest, and the three ways it can be unusable.

``manifest.json`` lists every other file of a version with its size and BLAKE2b checksum, beside
what training recorded.  It is signed with HMAC-SHA256 by a key that lives outside the folder, so
whoever can write into the folder still cannot make the product open a file of theirs.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import platform
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import metadata
from typing import TYPE_CHECKING, Any

from registry.core.errors import BadInput, RoutingMLError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FORMAT_VERSION = 1
MANIFEST = "manifest.json"

_CONTEXT = b"RoutingML version manifest\n"
_LIBRARIES = ("numpy", "scipy", "scikit-learn", "pandas", "joblib", "hnswlib")


class VersionMissing(RoutingMLError):
    """The version's folder, or a file in it, is not there."""

    code = "version_missing"


class VersionTampered(RoutingMLError):
    """The folder is not what was signed: a changed, added or linked file, or a wrong signature."""

    code = "version_tampered"


class VersionIncompatible(RoutingMLError):
    """The folder is intact, but written for another release than this one."""

    code = "version_incompatible"


class FileKind(StrEnum):
    """What a file of a version holds."""

    META = "meta"
    ARRAY = "array"
    ESTIMATOR = "estimator"
    OTHER = "other"
    METRICS = "metrics"


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of a version: what it holds, its size in bytes, its BLAKE2b-256 checksum."""

    kind: FileKind
    size: int
    checksum: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version says about itself.

    Attributes:
        name: the version's name.
        details: what training recorded (profile, specification, hashes).
        libraries: name to version of Python and of the libraries that wrote the files.
        files: relative POSIX path to what is stored there.
        signature: HMAC-SHA256 of everything above, hexadecimal; empty until signed.
    """

    name: str
    details: Mapping[str, Any] = field(default_factory=dict)
    libraries: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, StoredFile] = field(default_factory=dict)
    signature: str = ""
    format_version: int = FORMAT_VERSION

    @property
    def size(self) -> int:
        """Bytes of all listed files."""
        return sum(stored.size for stored in self.files.values())

    @property
    def digest(self) -> str:
        """Checksum of the manifest, and through it of every file: the version's identity."""
        return hashlib.blake2b(self.canonical(), digest_size=32).hexdigest()

    def canonical(self) -> bytes:
        """The bytes that are signed: sorted JSON without blanks and without the signature."""
        body = self.to_json()
        del body["signature"]
        return json.dumps(
            body, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
        ).encode()

    def to_json(self) -> dict[str, Any]:
        """The manifest as plain JSON values."""
        files = {
            path: {"kind": stored.kind.value, "size": stored.size, "blake2b": stored.checksum}
            for path, stored in self.files.items()
        }
        return {
            "format_version": self.format_version,
            "name": self.name,
            "details": dict(self.details),
            "libraries": dict(self.libraries),
            "files": files,
            "signature": self.signature,
        }

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Manifest:
        """The manifest that ``to_json`` described."""
        files = {
            path: StoredFile(FileKind(entry["kind"]), int(entry["size"]), str(entry["blake2b"]))
            for path, entry in body["files"].items()
        }
        return cls(
            name=str(body["name"]),
            details=dict(body["details"]),
            libraries=dict(body["libraries"]),
            files=files,
            signature=str(body["signature"]),
            format_version=int(body["format_version"]),
        )


def read_manifest(folder: Path) -> Manifest:
    """Parse the manifest in ``folder``; nothing in it is to be trusted before the signature is.

    Raises:
        VersionMissing: the folder or the manifest is not there or not readable.
        VersionTampered: the manifest is damaged.
        VersionIncompatible: it has another format.
    """
    if not folder.is_dir():
        raise missing(folder, "", "the folder is not there")
    try:
        body = json.loads((folder / MANIFEST).read_bytes())
    except OSError as error:
        raise missing(folder, MANIFEST, reason(error)) from error
    except ValueError as error:
        raise tampered(folder, MANIFEST, "it is not JSON") from error
    try:
        _check_format(folder, body["format_version"])
        manifest = Manifest.from_json(body)
        manifest.canonical()  # fails on numbers and text that JSON cannot hold
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise tampered(folder, MANIFEST, "it lacks entries that every manifest has") from error
    return manifest


def _check_format(folder: Path, found: object) -> None:
    # Before the signature: another format may well be signed in another way.
    if found != FORMAT_VERSION:
        raise incompatible(folder, f"has format {found}, this release reads {FORMAT_VERSION}")


def require_key(key: bytes) -> None:
    """Refuse to sign or check with an empty key."""
    if not key:
        raise BadInput("The signing key for model versions is empty: set MODEL_SIGNING_KEY.")


def sign(manifest: Manifest, key: bytes) -> str:
    """Return the signature that ``manifest`` has under ``key``."""
    return hmac.new(key, _CONTEXT + manifest.canonical(), hashlib.sha256).hexdigest()


def library_versions() -> dict[str, str]:
    """Versions of Python and of the libraries whose files and arithmetic a version depends on."""
    versions = {"python": platform.python_version()}
    for library in _LIBRARIES:
        try:
            versions[library] = metadata.version(library)
        except metadata.PackageNotFoundError:
            continue
    return versions


def missing(folder: Path, path: str, why: str) -> VersionMissing:
    """Say that ``path`` of the version in ``folder`` cannot be had."""
    where = f" ({path})" if path else ""
    return VersionMissing(
        f"Version {folder.name} is incomplete{where}: {why}. "
        "Restore its folder from a backup, or activate another version.",
        version=folder.name,
        file=path,
    )


def tampered(folder: Path, path: str, why: str) -> VersionTampered:
    """Say that ``path`` of the version in ``folder`` must not be trusted."""
    return VersionTampered(
        f"Version {folder.name} is not what was signed ({path}): {why}. "
        "Do not use it: restore its folder from a backup, or activate another version.",
        version=folder.name,
        file=path,
    )


def incompatible(folder: Path, why: str) -> VersionIncompatible:
    """Say that the version in ``folder`` is intact, but not for this release."""
    return VersionIncompatible(
        f"Version {folder.name} {why}. Train a new version, or install what it was trained with.",
        version=folder.name,
    )


def reason(error: OSError) -> str:
    """Name what the operating system said, without the path."""
    return error.strerror or type(error).__name__
