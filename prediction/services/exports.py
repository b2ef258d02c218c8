"""Write answers to a file: complete or not at all, with what could not be answered beside it."""

from __future__ import annotations

import csv
import os
import secrets
import tempfile
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from prediction.core.asking import ItemError
from prediction.core.export import COLUMNS, rows
from prediction.core.writers import TableFormat, open_writer
from registry.core.errors import RoutingMLError
from registry.spreadsheets import harmless

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from prediction.services.predictions import Answer
    from registry.core.routing import Prediction

TWICE = "The item was asked more than once: only the first one is in the file."
FIRST = 20
"""Items that need a planner and are named where the file is offered; the file has them all."""
ERRORS = ".errors.csv"
"""What the name of a file goes on with for the list of what was not answered."""
ERROR_COLUMNS = ("ITEM_CD", "CODE", "REASON")


class CannotWrite(RoutingMLError):
    """The export file cannot be written where it was asked for."""

    code = "cannot_write"


class NothingAnswered(RoutingMLError):
    """Not one item of the request has an answer."""

    code = "nothing_answered"


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote; ``first_abstained`` are the first items that need a planner."""

    path: Path
    items: int
    abstained: int
    first_abstained: tuple[str, ...]
    lines: int
    errors: tuple[ItemError, ...]
    errors_path: Path | None


def export_file(
    path: Path,
    table_format: TableFormat,
    answers: Iterable[Answer],
    *,
    valid_from: dt.date | None,
    kept: Path | None = None,
) -> ExportReport:
    """Write the answers, batch by batch, and the unanswered items to ``<path>.errors.csv``.

    ``kept`` is a second file that gets the same rows in Parquet.

    Raises:
        CannotWrite: the folder is not there or may not be written.
        NothingAnswered: no item has a routing; the errors file is written, the export is not.
    """
    tally = _Tally()
    with replacing(path) as draft:
        with ExitStack() as open_files:
            wanted = [(draft, table_format), *([(kept, TableFormat.PARQUET)] if kept else [])]
            writers = [
                open_files.enter_context(closing(open_writer(where, COLUMNS, form)))
                for where, form in wanted
            ]
            for prediction in tally.watch(answers):
                for row in rows(prediction, valid_from=valid_from):
                    for writer in writers:
                        writer.write(row)
                    tally.lines += 1
        errors_path = _write_errors(path, tally.errors)
        if tally.lines == 0:
            raise nothing_answered(tally.errors, errors_path)
    return ExportReport(
        path,
        tally.items,
        tally.abstained,
        tuple(tally.first_abstained),
        tally.lines,
        tuple(tally.errors),
        errors_path,
    )


def export_bytes(answer: Answer, table_format: TableFormat, *, valid_from: dt.date | None) -> bytes:
    """Return an answer as the content of a file, for a download.

    Raises:
        NothingAnswered: no item has a routing.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"routing.{table_format}"
        export_file(path, table_format, [answer], valid_from=valid_from)
        return path.read_bytes()


def unanswered(answer: Answer) -> list[ItemError]:
    """Return every item of an answer without a routing, with the reason."""
    empty = [_no_routing(each) for each in answer.predictions if not each.candidates]
    return [*answer.errors, *empty]


def nothing_answered(
    errors: Sequence[ItemError], errors_path: Path | None = None
) -> NothingAnswered:
    """Return the error of a request without a single answer: one reason, and where all are."""
    if not errors:
        return NothingAnswered("There is no item to answer for.")
    first = errors[0]
    if len(errors) == 1:
        return NothingAnswered(f"{first.item}: {first.message}")
    where = f" All reasons are in {errors_path.name}." if errors_path else ""
    count = f"None of {len(errors):,} items could be answered"
    return NothingAnswered(f"{count}; the first, {first.item}: {first.message}{where}")


class _Tally:
    """Counts what passes by on its way to the file."""

    def __init__(self) -> None:
        self.items = self.abstained = self.lines = 0
        self.first_abstained: list[str] = []
        self.errors: list[ItemError] = []
        self._seen: set[str] = set()

    def watch(self, answers: Iterable[Answer]) -> Iterator[Prediction]:
        """Yield predictions that have candidates; keep the rest as errors."""
        for answer in answers:
            self.errors += unanswered(answer)
            for prediction in filter(self._is_first, answer.predictions):
                if prediction.candidates:
                    self.items += 1
                    if prediction.abstained:
                        self._note_abstained(prediction.item)
                    yield prediction

    def _note_abstained(self, item: str) -> None:
        self.abstained += 1
        if len(self.first_abstained) < FIRST:
            self.first_abstained.append(item)

    def _is_first(self, prediction: Prediction) -> bool:
        """Take an item once: two rows of one candidate would be one key in the plant's form."""
        if prediction.item in self._seen:
            self.errors.append(ItemError(prediction.item, "asked_twice", TWICE))
            return False
        self._seen.add(prediction.item)
        return True


def _no_routing(prediction: Prediction) -> ItemError:
    return ItemError(prediction.item, "no_routing", prediction.reason or "No routing is proposed.")


def _write_errors(path: Path, errors: list[ItemError]) -> Path | None:
    """Write the errors file, or remove the one an earlier run left."""
    errors_path = path.with_name(path.name + ERRORS)
    if not errors:
        errors_path.unlink(missing_ok=True)
        return None
    with replacing(errors_path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(ERROR_COLUMNS)
        for error in errors:
            writer.writerow([harmless(error.item), error.code, harmless(error.message)])
    return errors_path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a draft beside ``path`` that takes its place at the end, or leaves no trace."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        draft.touch(exist_ok=False)
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise CannotWrite(f"Cannot write {path}: {error.strerror}.", path=str(path)) from error
    finally:
        draft.unlink(missing_ok=True)
