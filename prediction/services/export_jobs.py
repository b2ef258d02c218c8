"""Batches on their way out as jobs: what takes longer than anybody should wait for a page.

The file is written beside the batch's answers and goes with them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from prediction.core.draft_files import FileKind
from prediction.services import batch_jobs, draft_exports, exports, output_profiles
from prediction.services.batch_jobs import NoResult
from registry.kinds import EXPORT_BATCH
from registry.models import Job
from registry.services import jobs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path

    from prediction.core.export import Cell
    from prediction.services.draft_exports import Table
    from prediction.services.output_profiles import Active
    from registry.core.progress import Progress

AT_ONCE = 10_000
"""Rows that a request writes by itself: about three seconds of computing for Excel, one for XML."""
TOLD_EVERY = 1_000
"""Rows between two reports of how far it is."""
SHOWN = 50
"""Newest exports among which those of one batch are looked for."""


def is_long(table: Table) -> bool:
    """Return whether a table is for a job to write."""
    return len(table.rows) > AT_ONCE


def ask(
    batch: Job, table: Table, using: Active, kind: FileKind | None, *, by: draft_exports.Actor
) -> Job:
    """Queue the writing of a batch.

    Args:
        batch: which.
        table: the same as it would be written, to refuse at once what cannot be.
        using: the profile that writes it.
        kind: of the file; None for the rows of the staging table.
        by: who asks.

    Raises:
        NotWritable: cells break what the profile says.
        StagingUnreachable: no staging database is configured.
    """
    draft_exports.must_be_right(table)
    if kind is None:
        draft_exports.require_staging()
    asked = {"batch": batch.pk, "profile": using.choice, "format": kind.value if kind else ""}
    return jobs.enqueue(EXPORT_BATCH, asked, by=str(by))


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Write what was asked for; return what the job's page shows.

    Raises:
        Cancelled: somebody asked the job to stop; nothing is kept of it.
        RoutingMLError: it cannot be written.
    """
    batch = batch_jobs.named_batch(job.parameters["batch"])
    table = draft_exports.table_of_batch(batch, output_profiles.named(job.parameters["profile"]))
    table = replace(table, rows=_Watched(table.rows, progress))
    told = {
        "items": len(table.items),
        "rows": len(table.rows),
        "left_out": table.left_out,
        "profile": table.profile_name,
        "table": table.profile.table,
    }
    if not job.parameters["format"]:
        draft_exports.insert(table=table, by=job.asked_by)
        return told
    kind = FileKind(job.parameters["format"])
    path = _path(batch, job)
    with exports.replacing(path) as draft:
        draft_exports.write_to(draft, table=table, kind=kind, by=job.asked_by)
    return told | {"bytes": path.stat().st_size}


def file_of(job: Job) -> Path:
    """Return the file that an export wrote.

    Raises:
        NoResult: it has not ended well, wrote rows of a table instead, or its file is gone.
    """
    if not job.parameters["format"]:
        told = {"number": job.pk}
        raise NoResult(_("Export %(number)s writes rows into a table, and no file.") % told)
    return batch_jobs.written(job, _path(batch_jobs.named_batch(job.parameters["batch"]), job))


def named_export(number: int) -> Job:
    """Return an export.

    Raises:
        JobUnknown: there is none of that number.
    """
    return jobs.named(number, EXPORT_BATCH)


def of_batch(batch: Job) -> list[Job]:
    """Return the newest exports of a batch."""
    newest = Job.objects.of(EXPORT_BATCH).filter(pk__gt=batch.pk).order_by("-pk")[:SHOWN]
    return [each for each in newest if each.parameters["batch"] == batch.pk]


@dataclass(frozen=True)
class _Watched:
    """Rows that tell a progress how many of them were taken."""

    rows: Collection[tuple[Cell, ...]]
    progress: Progress

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, row: object) -> bool:
        return row in self.rows

    def __iter__(self) -> Iterator[tuple[Cell, ...]]:
        total = len(self.rows)
        for number, row in enumerate(self.rows):
            if number % TOLD_EVERY == 0:
                self.progress.report(0.99 * number / total, f"{number:,} of {total:,} rows")
            yield row


def _path(batch: Job, job: Job) -> Path:
    kind = FileKind(job.parameters["format"])
    return batch_jobs.folder_of(batch) / f"export-{job.pk}.{kind.suffix}"
