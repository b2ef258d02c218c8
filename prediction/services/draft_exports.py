"""Routings on their way out: approved drafts, sure answers, whole batches.

As files or as rows of the ERP's staging table, written as an output profile says: checked first,
audited after.
"""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import audit
from accounts.models import User
from prediction.core import staging
from prediction.core.draft_files import FileKind, open_file
from prediction.core.export import Line
from prediction.core.output_profile import OutputProfile, Wrong, check
from prediction.models import Draft, DraftState
from prediction.services import batch_jobs, output_profiles, predictions
from registry.core.errors import BadInput, RoutingMLError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from prediction.core.export import Cell
    from prediction.models import PredictionRequest
    from prediction.services.output_profiles import Active
    from registry.core.routing import Prediction
    from registry.models import Job

MOST_DRAFTS = 500
Actor = User | str


class NotApproved(RoutingMLError):
    """Only approved drafts are exported."""

    code = "not_approved"


class NothingChosen(BadInput):
    """No draft was chosen, or too many."""

    code = "nothing_chosen"


class NotWritable(RoutingMLError):
    """Cells break what the profile says; nothing was written."""

    code = "not_writable"


@dataclass(frozen=True, slots=True)
class Table:
    """What would be written, and what is wrong with it."""

    drafts: tuple[Draft, ...]
    items: tuple[str, ...]
    profile_name: str
    profile: OutputProfile
    rows: Collection[tuple[Cell, ...]]
    wrong: tuple[Wrong, ...]
    left_out: int = 0
    """Items that need a planner, and do not go out unseen."""

    @property
    def names(self) -> list[str]:
        """Headers in order."""
        return [column.name for column in self.profile.export_columns]


def table_of(numbers: Sequence[int], using: Active | None = None) -> Table:
    """Return approved drafts as the active profile, or another one, writes them.

    Raises:
        NothingChosen: none of these drafts is there, or more than can be written at once.
        NotApproved: one of them is still open.
    """
    found = {draft.pk: draft for draft in Draft.objects.filter(pk__in=list(numbers)[:MOST_DRAFTS])}
    chosen = tuple(found[number] for number in dict.fromkeys(numbers) if number in found)
    if not chosen or len(numbers) > MOST_DRAFTS:
        raise NothingChosen(_("Choose 1 to %(most)s drafts.") % {"most": MOST_DRAFTS})
    still_open = [draft.item for draft in chosen if draft.is_open]
    if still_open:
        told = {"items": ", ".join(still_open[:10])}
        raise NotApproved(_("Approve first: %(items)s.") % told, items=still_open)
    answers = [draft.to_prediction() for draft in chosen]
    return _table(chosen, answers, using or output_profiles.active())


def table_of_answer(request: PredictionRequest, using: Active | None = None) -> Table:
    """Return the best candidate of every item of an answer as a profile writes it.

    Items that need a planner are left out: somebody has to decide them first.

    Raises:
        NothingChosen: not one item of it has a routing that can go out as it is.
        RoutingMLError: no version is active, or it cannot be read.
    """
    found = predictions.reopen(request, None).predictions
    sure = [each for each in found if each.candidates and not each.abstained]
    if not sure:
        raise NothingChosen(_("No item of this answer is sure enough to go out unseen."))
    left_out = sum(each.abstained for each in found)
    return replace(_table((), sure, using or output_profiles.active()), left_out=left_out)


def table_of_batch(job: Job, using: Active | None = None) -> Table:
    """Return the best candidate of every item of a batch as a profile writes it.

    Items that need a planner are left out, as they are from the table of an answer.

    Raises:
        NoResult: the batch has not ended well, or its answers are gone.
        NothingChosen: no item can go out as it is.
    """
    from prediction.core.kept_rows import KeptRows  # with pyarrow: who answers does without

    chosen = using or output_profiles.active()
    rows = KeptRows(batch_jobs.kept_path(job), chosen.profile)
    if not rows:
        raise NothingChosen(_("No item of this answer is sure enough to go out unseen."))
    limited = chosen.profile.limited
    wrong = tuple(check(limited, KeptRows(rows.path, limited)))
    left_out = job.result["needs_planner"]
    return Table((), rows.items, chosen.name, chosen.profile, rows, wrong, left_out)


def _table(chosen: tuple[Draft, ...], answers: Sequence[Prediction], using: Active) -> Table:
    today = timezone.localdate()
    rows = tuple(
        using.profile.row(Line(answer, answer.candidates[0], operation, place, today))
        for answer in answers
        for place, operation in enumerate(answer.candidates[0].operations, start=1)
    )
    items = tuple(answer.item for answer in answers)
    wrong = tuple(check(using.profile, rows))
    return Table(chosen, items, using.name, using.profile, rows, wrong)


def write(*, table: Table, kind: FileKind, by: Actor) -> bytes:
    """Return the content of a file, and note the export.

    Raises:
        RoutingMLError: as ``write_to``.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"routing.{kind.suffix}"
        write_to(path, table=table, kind=kind, by=by)
        return path.read_bytes()


def write_to(path: Path, *, table: Table, kind: FileKind, by: Actor) -> None:
    """Write a file, row by row, and note the export.

    Raises:
        NotWritable: cells break what the profile says.
        NotInCharset: a text has a letter that CP949 lacks.
        TooManyRows: an Excel sheet has no room for all rows.
    """
    must_be_right(table)
    columns = table.profile.export_columns
    with closing(open_file(path, columns, kind, table.profile.table)) as writer:
        for row in table.rows:
            writer.write(row)
    _note(table, kind.value, by)


def insert(*, table: Table, by: Actor) -> int:
    """Insert the rows into the staging table in one transaction; return how many.

    Raises:
        NotWritable: cells break what the profile says.
        RoutingMLError: no staging database is configured, it does not answer, or it refuses.
    """
    must_be_right(table)
    require_staging()
    count = staging.insert(
        settings.STAGING_URL, table.profile.table, table.names, table.rows, base=settings.BASE_DIR
    )
    _note(table, f"table {table.profile.table}", by)
    return count


def require_staging() -> None:
    """Refuse rows for the ERP where there is no table to take them.

    Raises:
        StagingUnreachable: no staging database is configured.
    """
    if not settings.STAGING_URL:
        raise staging.StagingUnreachable(
            _("No staging database is configured: set STAGING_URL, or export a file.")
        )


def must_be_right(table: Table) -> None:
    """Refuse what the ERP would not take.

    Raises:
        NotWritable: cells break what the profile says.
    """
    if table.wrong:
        first = table.wrong[0]
        told = {"count": len(table.wrong), "row": first.row, "column": first.column}
        text = ngettext(
            "%(count)s cell breaks what the profile says, in row %(row)s, column %(column)s."
            " Nothing was written.",
            "%(count)s cells break what the profile says, the first in row %(row)s, column"
            " %(column)s. Nothing was written.",
            len(table.wrong),
        )
        raise NotWritable(
            text % told,
            cells=[{"row": each.row, "column": each.column} for each in table.wrong[:20]],
        )


def _note(table: Table, where: str, by: Actor) -> None:
    numbers = [draft.pk for draft in table.drafts]
    with transaction.atomic():
        Draft.objects.filter(pk__in=numbers, state=DraftState.APPROVED).update(
            state=DraftState.EXPORTED
        )
        audit.record(
            action="prediction.draft.exported",
            by=by,
            target=", ".join(table.items)[:1000],
            after={
                "drafts": numbers,
                "items": len(table.items),
                "to": where,
                "rows": len(table.rows),
                "profile": table.profile_name,
            },
        )
