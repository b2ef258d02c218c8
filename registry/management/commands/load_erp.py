"""Loads files of items, routings and work results into the embedded ERP."""

from __future__ import annotations

from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from accounts.commands import SiteCommand
from registry.core.errors import RoutingMLError
from registry.services import extracts

if TYPE_CHECKING:
    from registry.core.loading import TableLoad


class Command(SiteCommand):
    """Fill the embedded ERP from files."""

    help = (
        "Load files of the three ERP tables (CSV, Excel or Parquet) into the embedded ERP "
        "database. The mapping profile they are read with becomes the active one, so that train "
        "works next. A table without a file stays as it was when it was loaded with the same "
        "profile, and is left out otherwise."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the folder and the profile."""
        parser.add_argument("folder", metavar="DIR", type=Path, help="the folder with the files")
        parser.add_argument(
            "--profile", metavar="NAME", help="mapping profile; the active one when not given"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load and print what became of the rows."""
        console = Console(file=cast("IO[str]", self.stdout))
        try:
            with console.status("Looking at the files") as status:
                report = extracts.load(
                    folder=options["folder"],
                    profile=options["profile"],
                    by="command line",
                    progress=_Shown(status),
                )
        except RoutingMLError as error:
            raise CommandError(error.message) from error
        console.print(_summary(report))
        for load in report.tables.values():
            for line in _remarks(load):
                console.print(line, soft_wrap=True, highlight=False, markup=False)
        change = "is now the active profile" if report.switched else "is the active profile"
        console.print(f"{report.profile} {change}.", highlight=False)


class _Shown:
    """Shows the step under way beside a spinner."""

    def __init__(self, status: Any) -> None:
        self._status = status

    def report(self, share: float, step: str) -> None:
        """Show the step; a load takes as long as its files, so no share is shown."""
        self._status.update(step)


def _summary(report: extracts.LoadReport) -> Table:
    table = Table(title=f"Loaded with {report.profile}")
    table.add_column("table", no_wrap=True)
    table.add_column("file", overflow="fold")
    for name in ("read", "stored", "mended", "rejected"):
        table.add_column(name, justify="right", no_wrap=True)
    for load in report.tables.values():
        file = load.file or ("kept as it was" if load.kept else "absent")
        figures = (load.rows, load.written, load.mended.total(), load.rejected.total())
        table.add_row(load.view, file, *(f"{figure:,}" for figure in figures))
    return table


def _remarks(load: TableLoad) -> list[str]:
    """Return one line for each thing worth knowing about a table."""
    lines = []
    if not load.file and not load.kept:
        lines.append(f"no file {load.wanted}.*: the table is absent")
    if load.missing:
        lines.append(f"columns the file lacks: {', '.join(load.missing)}")
    if load.ignored:
        lines.append(f"{len(load.ignored)} columns ignored: {', '.join(load.ignored)}")
    lines += [f"mended: {what} ({count:,})" for what, count in load.mended.most_common()]
    lines += [f"rejected: {what} ({count:,})" for what, count in load.rejected.most_common()]
    if load.rejected_file:
        lines.append(f"rejected rows are in {load.rejected_file}")
    if load.strangers:
        lines.append(f"{load.strangers:,} rows refer to no item: they are left out of training")
    return [f"{load.view}: {line}" for line in lines]
