"""Looking into folders that several processes fill and tidy at the same time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def untouched_since(folder: Path, moment: float) -> Iterator[Path]:
    """Yield what a folder holds that nobody has changed since; what goes meanwhile is left out.

    Args:
        folder: which is there.
        moment: seconds since 1970.
    """
    for path in folder.iterdir():
        try:
            changed = path.stat().st_mtime
        except FileNotFoundError:  # another process has removed it in this very moment
            continue
        if changed < moment:
            yield path
