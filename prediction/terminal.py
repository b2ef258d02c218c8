"""Answers drawn for a terminal: one table an item, or one line an item when there are many."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from prediction.core.comparison import Total, run_total, setup_total

if TYPE_CHECKING:
    from collections.abc import Sequence

    from registry.core.routing import Candidate, Operation, Prediction, TimeEstimate

DRAWN_IN_FULL = 5
"""More answers than this take one line each."""

PLAIN_WIDTH = 120
"""Columns of a terminal that nobody looks at: a pipe, a log, a test."""


def drawn(answers: Sequence[Prediction], version: str, *, is_terminal: bool) -> str:
    """Return answers as text; with colours for a terminal."""
    width = None if is_terminal else PLAIN_WIDTH
    buffer = StringIO()
    console = Console(
        file=buffer, width=width, force_terminal=is_terminal, highlight=False, emoji=False
    )
    if len(answers) > DRAWN_IN_FULL:
        console.print(_list(answers))
    else:
        for answer in answers:
            console.print(_full(answer))
    console.print(Text(f"answered by version {version}", style="dim"))
    return buffer.getvalue()


def _full(answer: Prediction) -> RenderableType:
    best, *others = answer.candidates
    parts: list[RenderableType] = [Text(), _headline(answer), _operations(best), _totals(best)]
    if others:
        parts.append(_alternatives(others))
    parts += [Text(f"· {sentence}") for sentence in answer.explanation.sentences]
    return Group(*parts)


def _headline(answer: Prediction) -> Text:
    line = Text(answer.item, style="bold")
    sure = f"{min(answer.confidence, 0.99):.0%} sure"
    if answer.abstained:
        return line.append(f"  Needs a planner ({sure}): {answer.reason}", style="yellow")
    return line.append(f"  Proposed routing, {sure}", style="green")


def _operations(candidate: Candidate) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("Seq", "Operation", "Where", "Setup min", "Run min a piece", "Support"):
        number = heading in ("Seq", "Setup min", "Run min a piece", "Support")
        table.add_column(heading, justify="right" if number else "left")
    table.add_column("Times from")
    for operation in candidate.operations:
        table.add_row(*_cells(operation))
    return table


def _cells(operation: Operation) -> list[Text]:
    samples = operation.run.sample_count
    source = operation.run.source.value.replace("_", " ")
    cells = [
        str(operation.sequence),
        f"{operation.job} {operation.job_name}",
        _where(operation),
        _interval(operation.setup),
        _interval(operation.run, 2),
        f"{operation.support:.0%}",
        f"{source} ({samples})" if samples else source,
    ]
    return [Text(cell) for cell in cells]


def _where(operation: Operation) -> str:
    if operation.outsourced:
        partner = operation.partner
        return f"subcontract: {partner.name or partner.code}" if partner else "subcontract"
    return operation.resource.name or operation.resource.code if operation.resource else ""


def _interval(told: TimeEstimate | Total, digits: int = 1) -> str:
    """Return minutes with their interval, or that they are unknown in part or as a whole."""
    if told.minutes is None:
        return "unknown"
    if told.low is None or told.high is None:
        return f"at least {told.minutes:.{digits}f}"
    return f"{told.minutes:.{digits}f} ({told.low:.{digits}f}..{told.high:.{digits}f})"


def _least(total: Total, digits: int) -> str:
    """Return the minutes of a total in a column of numbers."""
    if total.minutes is None:
        return "unknown"
    return f"{'≥ ' if total.incomplete else ''}{total.minutes:.{digits}f}"


def _totals(candidate: Candidate) -> Text:
    setup, run = setup_total(candidate), run_total(candidate)
    parts = [
        f"setup {_interval(setup)}{' min an order' if setup.minutes is not None else ''}",
        f"run {_interval(run, 2)}{' min a piece' if run.minutes is not None else ''}",
    ]
    gap = "; some times are unknown" if setup.incomplete or run.incomplete else ""
    return Text(f"Total: {', '.join(parts)}; 80 % intervals{gap}")


def _alternatives(candidates: Sequence[Candidate]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    for candidate in candidates:
        route = Text(" → ".join(candidate.jobs))
        table.add_row(f"{candidate.rank}.", f"{candidate.confidence:.0%}", route)
    return table


def _list(answers: Sequence[Prediction]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in ("Item", "Sure", "Routing", "Setup min", "Run min a piece"):
        number = heading in ("Sure", "Setup min", "Run min a piece")
        table.add_column(heading, justify="right" if number else "left")
    for answer in answers:
        best = answer.candidates[0]
        sure = "planner" if answer.abstained else f"{min(answer.confidence, 0.99):.0%}"
        setup, run = _least(setup_total(best), 1), _least(run_total(best), 2)
        table.add_row(Text(answer.item), sure, Text(" → ".join(best.jobs)), setup, run)
    return table
