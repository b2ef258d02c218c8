"""Connects to the configured ERP and compares it with the active mapping profile."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, cast

from django.core.management.base import CommandError
from rich.console import Console
from rich.table import Table

from accounts.commands import SiteCommand
from registry.core.errors import RoutingMLError
from registry.services import mappings

if TYPE_CHECKING:
    from registry.core.checking import TableCheck


class Command(SiteCommand):
    """Show what the active mapping profile finds in the ERP."""

    help = (
        "Connect to the ERP that ERP_URL names, count the rows of its views, and show which "
        "columns the active mapping profile maps and which it misses. Ends with an error when "
        "training could not read the ERP."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check and print."""
        console = Console(file=cast("IO[str]", self.stdout))
        try:
            profile = mappings.active_profile()
            source = mappings.test_source(columns=profile.to_columns())
        except RoutingMLError as error:
            raise CommandError(error.message) from error
        console.print(f"{source.label}, read with {profile}", highlight=False, soft_wrap=True)
        console.print(_summary(list(source.tables.values())))
        for check in source.tables.values():
            for line in _remarks(check):
                console.print(line, soft_wrap=True, highlight=False, markup=False)
        unusable = [c.view for name, c in source.tables.items() if _stops_training(name, c)]
        if unusable:
            raise CommandError(
                f"{', '.join(unusable)} can not be read: correct the mapping profile, or load "
                "files with load_erp DIR"
            )


def _stops_training(name: str, check: TableCheck) -> bool:
    """Return whether training fails on this view; a plant may have no work results."""
    absent_results = name == "results" and check.rows is None
    return not check.usable and not absent_results


def _summary(checks: list[TableCheck]) -> Table:
    table = Table()
    table.add_column("view", no_wrap=True)
    for name in ("rows", "columns mapped", "missing", "ignored"):
        table.add_column(name, justify="right", no_wrap=True)
    for check in checks:
        rows = "not there" if check.rows is None else f"{check.rows:,}"
        columns = (check.mapped, check.missing, check.ignored)
        table.add_row(check.view, rows, *(str(len(names)) for names in columns))
    return table


def _remarks(check: TableCheck) -> list[str]:
    """Return one line for each thing worth knowing about a view."""
    lines = []
    if check.mandatory:
        lines.append(f"mandatory columns missing: {', '.join(check.mandatory)}")
    if check.missing:
        lines.append(f"mapped columns missing: {', '.join(check.missing)}")
    if check.ignored:
        lines.append(f"columns nobody maps: {', '.join(check.ignored)}")
    return [f"{check.view}: {line}" for line in lines]
