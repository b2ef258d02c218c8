"""Long lists of items as jobs: the question is kept in a folder, the answer is written beside it.

The folder goes when its job is over thirty days old, as the job itself does.
"""

from __future__ import annotations

import json
import secrets
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Ability, may
from prediction import loader
from prediction.core.asking import asked_later, for_later, items_of
from prediction.core.writers import TableFormat
from prediction.models import Channel
from prediction.services import batches, exports, item_files, predictions
from registry.core.errors import RoutingMLError
from registry.folders import untouched_since
from registry.kinds import PREDICT_BATCH
from registry.models import Job, JobState
from registry.services import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from django.core.files.uploadedfile import UploadedFile

    from accounts.models import User
    from prediction.services.batches import Question
    from registry.core.progress import Progress

ASKED = "asked.json"
KEPT = "kept.parquet"
"""The answers once more, for output profiles, whatever the format of the batch's own file."""
KEPT_SECONDS = 30 * 24 * 60 * 60
ENDINGS = (".csv", ".csv.gz", ".xlsx", ".xlsm", ".parquet")
"""Of files that can be asked with."""


class UploadRefused(RoutingMLError):
    """A file of another kind than can be read."""

    code = "upload_refused"


class NotYours(RoutingMLError):
    """Somebody else asked for the batch."""

    code = "not_yours"


class NoResult(RoutingMLError):
    """The job has not written a file, or the file is gone."""

    code = "no_result"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a batch asks for beside its items."""

    table_format: TableFormat = TableFormat.CSV
    top_k: int | None = None
    leave_out: bool = False


def ask_file(upload: UploadedFile[Any], wanted: Wanted, *, by: User | str) -> Job:
    """Keep an uploaded file and answer it as a job.

    Raises:
        UploadRefused: its name says that it is no table.
        UnpackedTooLarge: it is packed so densely that unpacking it would hurt.
        FileUnreadable, ColumnsMissing: it is no table of items.
        RoutingMLError: no version is active.
    """
    shown = Path(upload.name or "").name
    ending = next((each for each in ENDINGS if shown.casefold().endswith(each)), None)
    if ending is None:
        known = ", ".join(ENDINGS)
        raise UploadRefused(f"{shown[:100]} cannot be read: send a file of {known}.")
    columns = predictions.columns_of(loader.active())
    folder = _new_folder()
    try:
        path = folder / f"items{ending}"
        with path.open("wb") as file:
            for block in upload.chunks():
                file.write(block)
        with _known_as(shown, path):
            item_files.check_unpacked(path, settings.UPLOAD_MAX_UNPACKED_BYTES)
            item_files.names_only(path, columns)
    except RoutingMLError:
        shutil.rmtree(folder)
        raise
    return _enqueue(folder, path.name, shown, wanted, by=by)


def ask_list(
    wanted: Wanted,
    *,
    codes: Sequence[str] = (),
    records: Sequence[Mapping[str, object]] = (),
    by: User | str,
) -> Job:
    """Keep a list of codes or of described items and answer it as a job.

    Raises:
        NothingAsked: the list is empty.
        TooManyItems: it is longer than ``PREDICTION_BATCH_MAX_ITEMS``.
        RoutingMLError: no version is active.
    """
    _check_size(len(codes) + len(records))
    columns = predictions.columns_of(loader.active())
    items, _ignored = items_of(records, columns.items)
    told = for_later(codes, items)
    folder = _new_folder()
    (folder / ASKED).write_text(json.dumps(told), encoding="utf-8")
    return _enqueue(folder, ASKED, "", wanted, by=by)


def run(job: Job, progress: Progress) -> dict[str, Any]:
    """Answer a batch and write the file; return what the job's page shows.

    Raises:
        Cancelled: somebody asked the job to stop.
        RoutingMLError: nothing can be answered, or written.
    """
    progress.report(0.0, "Reading the items")
    with _known_as(job.parameters["name"], folder_of(job) / job.parameters["source"]):
        return _answered(job, progress)


def _answered(job: Job, progress: Progress) -> dict[str, Any]:
    question, done = _question(job), 0

    def tick(count: int) -> None:
        nonlocal done
        done += count
        share = min(done / max(question.total, 1), 0.99)
        progress.report(share, f"{done:,} of {question.total:,} items")

    started = time.perf_counter()
    report = exports.export_file(
        folder_of(job) / _result_name(job),
        TableFormat(job.parameters["format"]),
        question.answers(tick),
        valid_from=timezone.localdate(),
        kept=folder_of(job) / KEPT,
    )
    return {
        "version": question.loaded.name,
        "asked": question.total,
        "items": report.items,
        "needs_planner": report.abstained,
        "undecided": list(report.first_abstained),
        "not_answered": len(report.errors),
        "rows": report.lines,
        "seconds": round(time.perf_counter() - started, 2),
        "bytes": report.path.stat().st_size,
        "has_errors_file": report.errors_path is not None,
    }


@contextmanager
def _known_as(shown: str, path: Path) -> Iterator[None]:
    """Let what goes wrong with a file speak of it by the name that people gave it."""
    try:
        yield
    except RoutingMLError as error:
        for ours in (str(path), path.name):
            error.message = error.message.replace(ours, shown)
        raise


def result_path(job: Job, *, errors: bool = False) -> Path:
    """Return the file of a batch that ended well, or the list of what it could not answer.

    Raises:
        NoResult: it has not ended well, or its file is gone.
    """
    if errors:
        return _existing(job, folder_of(job) / _errors_name(job))
    return written(job, folder_of(job) / _result_name(job))


def question_path(job: Job) -> Path:
    """Return the file in which a batch keeps what it was asked.

    Raises:
        NoResult: it is gone.
    """
    return _existing(job, folder_of(job) / job.parameters["source"])


def has_errors_file(job: Job) -> bool:
    """Return whether there is a list of what a batch could not answer."""
    return (folder_of(job) / _errors_name(job)).is_file()


def kept_path(job: Job) -> Path:
    """Return the answers of a batch as they are kept for output profiles.

    Raises:
        NoResult: it has not ended well, or they are gone.
    """
    return written(job, folder_of(job) / KEPT)


def written(job: Job, path: Path) -> Path:
    """Return a file that a job writes at its end.

    Raises:
        NoResult: it has not ended well, or the file is gone.
    """
    if job.state != JobState.SUCCEEDED:
        told = {"job": job.label, "number": job.pk, "state": job.get_state_display()}
        raise NoResult(_("%(job)s %(number)s has no file: it is %(state)s.") % told)
    return _existing(job, path)


def _existing(job: Job, path: Path) -> Path:
    if not path.is_file():
        told = {"job": job.label, "number": job.pk}
        raise NoResult(_("The file of %(job)s %(number)s is not there any more. Ask again.") % told)
    return path


def named_batch(number: int) -> Job:
    """Return a batch.

    Raises:
        JobUnknown: there is none of that number.
    """
    return jobs.named(number, PREDICT_BATCH)


def may_stop(job: Job, user: Any) -> bool:
    """Return whether somebody may stop a batch: who asked for it, and who runs the house."""
    return job.asked_by == str(user) or may(user, Ability.TRAIN)


def stop(job: Job, *, by: User) -> Job:
    """Stop a batch.

    Raises:
        NotYours: somebody else asked for it.
        JobOver: it has ended already.
    """
    if not may_stop(job, by):
        told = {"who": job.asked_by}
        raise NotYours(_("%(who)s asked for this batch, and stops it.") % told)
    return jobs.cancel(job, by=str(by))


def recent_of(person: str, limit: int = 5) -> list[Job]:
    """Return the batches a person asked for last."""
    return list(Job.objects.of(PREDICT_BATCH).filter(asked_by=person).order_by("-pk")[:limit])


def _question(job: Job) -> Question:
    asked, folder = job.parameters, folder_of(job)
    path = folder / asked["source"]
    options = {"top_k": asked["top_k"], "leave_out": asked["leave_out"]}
    if asked["source"] == ASKED:
        codes, items = asked_later(json.loads(path.read_text(encoding="utf-8")))
        total = len(codes) + len(items)
        question = batches.Question(loader.active(), total, **options, codes=codes, items=items)
    else:
        question = batches.ask_for_file(path, **options)
    _check_size(question.total)
    return replace(question, channel=Channel.BATCH, by=job.asked_by)


def _check_size(count: int) -> None:
    predictions.check_size(count, settings.PREDICTION_BATCH_MAX_ITEMS)


def _enqueue(folder: Path, source: str, shown: str, wanted: Wanted, *, by: User | str) -> Job:
    parameters = {
        "folder": folder.name,
        "source": source,
        "name": shown,
        "format": str(wanted.table_format),
        "top_k": wanted.top_k,
        "leave_out": wanted.leave_out,
    }
    return jobs.enqueue(PREDICT_BATCH, parameters, by=by)


def folder_of(job: Job) -> Path:
    """Return where a batch keeps its question and its answers."""
    return _home() / Path(job.parameters["folder"]).name


def _result_name(job: Job) -> str:
    return f"routings.{TableFormat(job.parameters['format'])}"


def _errors_name(job: Job) -> str:
    return f"{_result_name(job)}{exports.ERRORS}"


def _home() -> Path:
    return Path(settings.DATA_DIR) / "batches"


def _new_folder() -> Path:
    """Make a folder for a question, and remove those whose time is over."""
    home = _home()
    home.mkdir(parents=True, exist_ok=True)
    for old in untouched_since(home, time.time() - KEPT_SECONDS):
        shutil.rmtree(old, ignore_errors=True)
    folder = home / secrets.token_hex(12)
    folder.mkdir()
    return folder
