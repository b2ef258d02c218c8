"""Prints how ways to learn times, and how versions, compare."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table


def show(console: Console, metrics: Mapping[str, Any]) -> None:
    """Print the candidates where some were compared, and the verdict against the champion."""
    if told := metrics.get("candidates"):
        _show_candidates(console, told)
    if beside := metrics.get("comparison"):
        verdict = beside["verdict"]
        state = "better than" if verdict["wins"] else "not better than"
        console.print(
            f"On {verdict['items']:,} items that both were asked about unseen, it is {state} "
            f"{beside['champion']}. {' '.join(verdict['words'])}",
            highlight=False,
        )


def figure(value: float | None) -> str:
    """Return a figure as tables print it, a dash where it was not measured."""
    return "-" if value is None else f"{value:.3f}"


def _show_candidates(console: Console, told: Mapping[str, Any]) -> None:
    if not told["results"]:
        console.print("Candidates: too few timed items to compare.", highlight=False)
        return
    title = f"Times: {told['spec']['folds']} folds of {told['items']:,} items"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    for name in ("", "trim MAE", "MAE", "seconds", ""):
        table.add_column(name, justify="right" if name else "left")
    for name, each in told["results"].items():
        verdict = each["verdict"]
        words = "the present way" if verdict is None else " ".join(verdict["words"])
        table.add_row(
            name, figure(each["trim_mae"]), figure(each["mae"]), f"{each['seconds']:.1f}", words,
            style="bold" if name == told["chosen"] else None,
        )  # fmt: skip
    console.print(table)
    if told["best"] != told["chosen"]:
        console.print(
            f"{told['best']} is the best, but a version cannot hold it: {told['chosen']} is used.",
            style="yellow",
            highlight=False,
        )
    elif not told["better"]:
        console.print("No candidate is better: times are learned as before.", highlight=False)
