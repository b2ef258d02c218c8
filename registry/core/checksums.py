"""BLAKE2b checksums of files.

BLAKE2b is as strong as SHA-256 and fast on every processor; SHA-256 is only fast where the
processor has instructions for it, which older plant servers lack.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

THREADS = min(4, os.cpu_count() or 1)
DIGEST_BYTES = 32
SMALL_BYTES = 1 << 16
"""Handing a file of this size to a thread takes longer than hashing it."""


def of(content: bytes) -> str:
    """Return the checksum of a content."""
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES).hexdigest()


def of_files(paths: Sequence[Path]) -> list[str]:
    """Return the files' checksums; hashing lets other threads run, so they share what is large."""
    with ThreadPoolExecutor(THREADS) as pool:
        begun = [_begin(path, pool) for path in paths]
        return [each if isinstance(each, str) else each.result() for each in begun]


def _begin(path: Path, pool: ThreadPoolExecutor) -> str | Future[str]:
    """Return a small file's checksum at once, a large one's when a thread has made it."""
    if path.stat().st_size > SMALL_BYTES:
        return pool.submit(_of_large, path)
    return of(path.read_bytes())


def _of_large(path: Path) -> str:
    """Read piece by piece."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, _hasher).hexdigest()


def _hasher() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=DIGEST_BYTES)
