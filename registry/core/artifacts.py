"""A model on disk: written whole, signed, and opened only after every byte is verified.

A version is one folder: a subfolder for each part's ``State`` (``meta.json``, ``.npy`` arrays,
``.joblib`` estimators, and files the part writes itself), ``metrics.json``, and ``manifest.json``,
which is written last and lists every other file with its size and BLAKE2b checksum.  The manifest
is signed with HMAC-SHA256 by a key that lives outside the folder.  ``verify`` opens nothing but the
manifest and hashes the rest; ``read`` verifies first and memory-maps the arrays, so a large version
opens at once and is shared between processes.  A folder can be unusable in three ways, each with
its own reaction: ``VersionMissing`` (restore it), ``VersionTampered`` (do not trust it),
``VersionIncompatible`` (train again).  This is the only module that unpickles anything.
"""

from __future__ import annotations

import hmac
import io
import json
import math
import os
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

import numpy as np

from registry.core import checksums
from registry.core.errors import BadInput
from registry.core.manifest import (
    FORMAT_VERSION,
    MANIFEST,
    FileKind,
    Manifest,
    StoredFile,
    VersionIncompatible,
    VersionMissing,
    VersionTampered,
    incompatible,
    library_versions,
    missing,
    read_manifest,
    reason,
    require_key,
    sign,
    tampered,
)
from registry.core.state import State

__all__ = [
    "FORMAT_VERSION",
    "MANIFEST",
    "METRICS",
    "Manifest",
    "VersionIncompatible",
    "VersionMissing",
    "VersionTampered",
    "library_versions",
    "plain",
    "read",
    "signed_manifest",
    "sync_directory",
    "verify",
    "write",
]

METRICS = "metrics.json"

_META = "meta.json"
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


def write(
    folder: Path,
    states: Mapping[str, State],
    manifest: Mapping[str, Any],
    metrics: Mapping[str, Any],
    key: bytes,
) -> Manifest:
    """Write a version into the empty ``folder`` and sign it.

    Args:
        folder: an existing, empty folder that nobody reads yet.
        states: part name to its state; each gets a subfolder.
        manifest: ``name`` and whatever else is worth recording, as JSON values.
        metrics: the figures of ``metrics.json``; NaN and infinity become null.
        key: the signing key.

    Raises:
        BadInput: the folder is not empty or the key is.
        ValueError: a part holds something that has no plain form, such as an array of objects.
    """
    require_key(key)
    if any(folder.iterdir()):
        raise BadInput(f"{folder} is not empty: a version needs a folder of its own.")
    kinds = {METRICS: FileKind.METRICS}
    _write_json(folder / METRICS, plain(metrics))
    for part, state in states.items():
        kinds.update(_write_state(folder, part, state))
    _check_distinct(kinds)
    details = plain({name: value for name, value in manifest.items() if name != "name"})
    unsigned = Manifest(
        str(manifest["name"]), details, library_versions(), _stored_files(folder, kinds)
    )
    signed = Manifest.from_json({**unsigned.to_json(), "signature": sign(unsigned, key)})
    _write_json(folder / MANIFEST, signed.to_json())
    for directory in {folder, *(folder / part for part in states)}:
        sync_directory(directory)
    return signed


def verify(folder: Path, key: bytes) -> Manifest:
    """Check signature, format, file list, sizes and checksums, in this order.

    Nothing but the manifest is parsed.

    Raises:
        VersionMissing: the folder, the manifest or a listed file is not there or not readable.
        VersionTampered: the signature, a size or a checksum is wrong, or there is a file too many.
        VersionIncompatible: another format version, or estimators of another scikit-learn.
    """
    manifest = signed_manifest(folder, key)
    _check_listing(folder, manifest)
    _check_checksums(folder, manifest)
    _check_libraries(folder, manifest)
    return manifest


def signed_manifest(folder: Path, key: bytes) -> Manifest:
    """Check the manifest's signature alone: who wrote it and what it says, not what is there.

    Raises:
        VersionMissing, VersionTampered, VersionIncompatible: as ``verify``.
    """
    require_key(key)
    manifest = read_manifest(folder)
    if not hmac.compare_digest(sign(manifest, key), manifest.signature):
        raise tampered(folder, MANIFEST, "the signature does not fit the key of this installation")
    return manifest


def read(folder: Path, key: bytes) -> tuple[Manifest, dict[str, State]]:
    """Verify ``folder``, then open it: JSON and estimators in memory, arrays memory-mapped.

    Raises:
        VersionMissing, VersionTampered, VersionIncompatible: as ``verify``.
    """
    manifest = verify(folder, key)
    paths: dict[str, list[str]] = {}
    for path, stored in manifest.files.items():
        if stored.kind is not FileKind.METRICS:
            paths.setdefault(path.partition("/")[0], []).append(path)
    states = {part: _read_state(folder, manifest, inside) for part, inside in paths.items()}
    return manifest, states


def plain(value: Any) -> Any:
    """``value`` as JSON can hold it: numpy scalars unwrapped, NaN and infinity as None."""
    if isinstance(value, Mapping):
        return {str(name): plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(inner) for inner in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def sync_directory(folder: Path) -> None:
    """Make new names in ``folder`` survive a power cut (Windows does so by itself)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _write_state(folder: Path, part: str, state: State) -> dict[str, FileKind]:
    """Write one part; return relative path to kind."""
    kinds: dict[str, FileKind] = {}

    def place(name: str, kind: FileKind) -> Path:
        kinds[f"{_safe(part)}/{_safe(name)}"] = kind
        return folder / part / name

    (folder / _safe(part)).mkdir()
    _write_json(place(_META, FileKind.META), dict(state.meta))
    for name, array in state.arrays.items():
        _write_with(place(f"{name}.npy", FileKind.ARRAY), _array_writer(array))
    for name, estimator in state.estimators.items():
        _write_with(place(f"{name}.joblib", FileKind.ESTIMATOR), _estimator_writer(estimator))
    for name, writer in state.writers.items():
        _write_with(place(name, FileKind.OTHER), writer)
    return kinds


def _array_writer(array: np.ndarray) -> Callable[[Path], None]:
    return lambda path: np.save(path, array, allow_pickle=False)


def _estimator_writer(estimator: object) -> Callable[[Path], None]:
    def dump(path: Path) -> None:
        # Loaded here: only parts that an extension made need it.
        import_module("joblib").dump(estimator, path)

    return dump


def _write_json(path: Path, body: Any) -> None:
    text = json.dumps(
        body, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False, default=_scalar
    )
    _write_with(path, lambda target: _write_text(target, text))


def _write_text(path: Path, text: str) -> None:
    path.write_bytes(f"{text}\n".encode())


def _scalar(value: object) -> Any:
    """Let JSON take numpy scalars; anything else has no plain form."""
    if isinstance(value, np.generic):
        return value.item()
    raise ValueError(f"A {type(value).__name__} has no plain form: put it into arrays.")


def _write_with(path: Path, writer: Callable[[Path], None]) -> None:
    """Let ``writer`` write ``path`` and force it to the disk."""
    writer(path)
    with path.open("rb+") as handle:
        os.fsync(handle.fileno())


def _safe(name: str) -> str:
    if not _SAFE_NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be a file name: use letters, digits, '_', '-' and '.'.")
    return name


def _check_distinct(kinds: Mapping[str, FileKind]) -> None:
    """Refuse names that differ in case only: Windows would write one over the other."""
    if len({path.casefold() for path in kinds}) < len(kinds):
        raise ValueError("Two files of this version have names that differ in case only.")


def _stored_files(folder: Path, kinds: Mapping[str, FileKind]) -> dict[str, StoredFile]:
    found = checksums.of_files([folder / path for path in kinds])
    return {
        path: StoredFile(kind, (folder / path).stat().st_size, checksum)
        for (path, kind), checksum in zip(kinds.items(), found, strict=True)
    }


def _check_listing(folder: Path, manifest: Manifest) -> None:
    """Compare the files that are there with those that are listed, sizes included."""
    found = dict(_walk(folder))
    for path, stored in manifest.files.items():
        size = found.pop(path, None)
        if size is None:
            raise missing(folder, path, "the file is not there")
        if size != stored.size:
            raise tampered(folder, path, f"it has {size} bytes instead of {stored.size}")
    found.pop(MANIFEST, None)
    if found:
        raise tampered(folder, min(found), "it does not belong to the version")


def _walk(folder: Path, inside: str = "") -> Iterator[tuple[str, int]]:
    """Yield relative path and size of every file; a link is refused, it could lead anywhere."""
    try:
        entries = list(os.scandir(folder / inside))
    except OSError as error:
        raise missing(folder, inside, reason(error)) from error
    for entry in entries:
        relative = f"{inside}{entry.name}"
        if entry.is_symlink():
            raise tampered(folder, relative, "it is a link")
        if entry.is_dir():
            yield from _walk(folder, f"{relative}/")
        else:
            yield relative, entry.stat().st_size


def _check_checksums(folder: Path, manifest: Manifest) -> None:
    try:
        found = checksums.of_files([folder / path for path in manifest.files])
    except OSError as error:
        raise missing(folder, Path(error.filename or "").name, reason(error)) from error
    for (path, stored), checksum in zip(manifest.files.items(), found, strict=True):
        if checksum != stored.checksum:
            raise tampered(folder, path, "its checksum is wrong")


def _check_libraries(folder: Path, manifest: Manifest) -> None:
    """Refuse estimators of another scikit-learn release: they may load and answer wrongly."""
    if all(stored.kind is not FileKind.ESTIMATOR for stored in manifest.files.values()):
        return
    written, running = manifest.libraries.get("scikit-learn", ""), metadata.version("scikit-learn")
    if written.split(".")[:2] != running.split(".")[:2]:
        raise incompatible(folder, f"was trained with scikit-learn {written}, this is {running}")


def _read_state(folder: Path, manifest: Manifest, paths: list[str]) -> State:
    meta: dict[str, Any] = {}
    arrays: dict[str, np.ndarray] = {}
    estimators: dict[str, Any] = {}
    files: dict[str, Path] = {}
    for relative in paths:
        path, stored = folder / relative, manifest.files[relative]
        if stored.kind is FileKind.META:
            meta = json.loads(path.read_bytes())
        elif stored.kind is FileKind.ARRAY:
            # As text: of a Path numpy resolves every folder, which takes as long as the rest.
            mapped = np.load(str(path), mmap_mode="r", allow_pickle=False)
            # The same pages as a plain array: each look into a numpy.memmap costs a microsecond.
            arrays[path.stem] = np.asarray(mapped)
        elif stored.kind is FileKind.ESTIMATOR:
            estimators[path.stem] = _load_estimator(folder, path, stored)
        else:
            files[path.name] = path
    return State(meta=meta, arrays=arrays, estimators=estimators, files=files)


def _load_estimator(folder: Path, path: Path, stored: StoredFile) -> Any:
    """Unpickle the very bytes that were checked, so that no swap in between can run code."""
    content = path.read_bytes()
    if checksums.of(content) != stored.checksum:
        raise tampered(folder, path.name, "it changed while it was opened")
    try:
        return import_module("joblib").load(io.BytesIO(content))
    except (ImportError, AttributeError) as error:
        raise incompatible(folder, f"needs what this release lacks ({error})") from error
