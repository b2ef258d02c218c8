"""Lists model versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.timezone import localtime

from accounts.commands import SiteCommand
from registry import figures
from registry.models import ModelVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

HEADS = ("", "version", "state", "exact", "hit@5", "similarity", "WAPE", "coverage", "recall",
         "trained", "activated", "by", "origin")  # fmt: skip


class Command(SiteCommand):
    """Prints one line a version, newest first; a star marks the one that answers."""

    help = "List model versions with their headline figures, newest first."

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the table."""
        rows = [_row(version) for version in ModelVersion.objects.all()]
        if not rows:
            self.stdout.write("There is no version yet: 'train' makes one.")
            return
        widths = [max(map(len, column)) for column in zip(HEADS, *rows, strict=True)]
        for row in (HEADS, *rows):
            self.stdout.write(_line(row, widths))


def _row(version: ModelVersion) -> tuple[str, ...]:
    recall = "not measurable" if version.recall is None else f"{version.recall:.4f}"
    activated = version.activated_at
    return (
        "*" if version.is_active else "",
        version.name,
        version.state,
        *(entry.text for entry in figures.headlines(version.metrics)),
        recall,
        f"{localtime(version.created_at):%Y-%m-%d %H:%M}",
        f"{localtime(activated):%Y-%m-%d %H:%M}" if activated else "",
        version.activated_by,
        figures.origin(version.metrics),
    )


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
    return "  ".join(cells).rstrip()
