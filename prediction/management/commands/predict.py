"""Propose routings from the command line: for items of the ERP, or for the rows of a file."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from django.utils import timezone
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from accounts.commands import SiteCommand
from prediction import terminal
from prediction.core.writers import TableFormat, format_of
from prediction.services import batches, exports
from registry import params
from registry.core.errors import BadInput, RoutingMLError

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Iterator

    from prediction.core.asking import ItemError
    from prediction.services.batches import Question, Tick

TOP_K = params.parameter("top_k")
BINARY = (TableFormat.XLSX, TableFormat.PARQUET)


class Command(SiteCommand):
    """``predict``: routings for items, as a table or as a file."""

    help = "Propose routings for items of the ERP (--codes) or for the rows of a file (--items)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        formats = [each.value for each in TableFormat]
        asked = parser.add_mutually_exclusive_group(required=True)
        asked.add_argument("--codes", help="item codes, separated by commas")
        asked.add_argument("--items", type=Path, help="a file with the item columns")
        parser.add_argument(
            "--leave-out", action="store_true", help="answer as if the items had no routing"
        )
        parser.add_argument("--top-k", type=int, help="candidates an item, 1 to 50; default 5")
        parser.add_argument("--output", type=Path, help="the file to write")
        parser.add_argument("--format", choices=formats, help="default: the ending of FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Answer, or say in one line why not."""
        try:
            self._run(options)
        except RoutingMLError as error:
            raise CommandError(error.message) from error

    def _run(self, options: dict[str, Any]) -> None:
        path: Path | None = options["output"]
        table_format = _format(options["format"], path)
        question = _question(options)
        if table_format is None:
            self._show(question)
        elif path is None:
            self._print(question, table_format)
        else:
            self._write(question, table_format, path)

    def _write(self, question: Question, table_format: TableFormat, path: Path) -> None:
        report = _export(question, table_format, path)
        doubt = f"; {report.abstained:,} need a planner" if report.abstained else ""
        line = f"{report.items:,} items, {report.lines:,} operations written to {path}{doubt}"
        self.stdout.write(line)
        if report.errors:
            self._warn(f"{len(report.errors):,} not answered: see {report.errors_path}")

    def _print(self, question: Question, table_format: TableFormat) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"routing.{table_format}"
            report = _export(question, table_format, path)
            with path.open(encoding="utf-8", newline="") as file:
                while block := file.read(1 << 20):
                    self.stdout.write(block, ending="")
        self._complain(report.errors)

    def _show(self, question: Question) -> None:
        with _bar(question.total) as tick:
            answers = list(question.answers(tick))
        found = [each for answer in answers for each in answer.predictions if each.candidates]
        errors = [error for answer in answers for error in exports.unanswered(answer)]
        if not found:
            raise exports.nothing_answered(errors)
        self._complain(errors)
        is_terminal = self.stdout.isatty()
        self.stdout.write(terminal.drawn(found, question.loaded.name, is_terminal=is_terminal))

    def _complain(self, errors: tuple[ItemError, ...] | list[ItemError]) -> None:
        for error in errors:
            self._warn(f"{error.item}: {error.message}")

    def _warn(self, line: str) -> None:
        self.stderr.write(line, self.style.WARNING)


def _format(given: str | None, path: Path | None) -> TableFormat | None:
    """Return the format to write, None for the table on the terminal."""
    table_format = TableFormat(given) if given else path and format_of(path)
    if path is None and table_format in BINARY:
        raise BadInput(f"{table_format} cannot be shown on a terminal: give --output FILE.")
    return table_format or None


def _question(options: dict[str, Any]) -> Question:
    top_k, leave_out = options["top_k"], options["leave_out"]
    if top_k is not None and not 1 <= top_k <= TOP_K.most:
        raise BadInput(f"--top-k {top_k}: choose a number from 1 to {TOP_K.most}.")
    if options["items"]:
        return batches.ask_for_file(options["items"], top_k=top_k, leave_out=leave_out)
    codes = [code.strip() for code in options["codes"].split(",") if code.strip()]
    return batches.ask_for_codes(codes, top_k=top_k, leave_out=leave_out)


def _export(question: Question, table_format: TableFormat, path: Path) -> exports.ExportReport:
    today = timezone.localdate()
    with _bar(question.total) as tick:
        return exports.export_file(path, table_format, question.answers(tick), valid_from=today)


@contextmanager
def _bar(total: int) -> Iterator[Tick]:
    """Show progress on stderr when somebody looks; it leaves no trace."""
    columns = (TextColumn("Predicting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    hidden = not console.is_terminal
    with Progress(*columns, console=console, transient=True, disable=hidden) as progress:
        task = progress.add_task("", total=total)
        yield lambda count: progress.advance(task, count)
