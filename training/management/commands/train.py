"""Trains a version in the foreground."""

from __future__ import annotations

from dataclasses import replace
from typing import IO, TYPE_CHECKING, Any, cast

from django.core.management.base import CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from accounts.commands import LARGEST_SEED, SiteCommand, whole
from registry import figures
from registry.core.errors import RoutingMLError
from registry.services import versions
from training.core.growth import Reason
from training.core.specs import CANDIDATES, TrainingSpec
from training.management import comparing
from training.services import increments, runs, starts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.progress import TaskID

    from training.services.increments import Increment
    from training.services.runs import RunResult

BY = "command line"
FIGURES = (
    ("exact_match", "exact"), ("hit_at_5", "in 5"), ("sequence_similarity", "similar"),
    ("process_match", "process"), ("wape", "WAPE"), ("interval_coverage", "in 80 %"),
)  # fmt: skip
LABELS = {
    "onehot_nearest": "copy the nearest (one-hot)",
    "group_commonest": "commonest of the group",
    "plant_commonest": "commonest of the plant",
    "predecessor": "the predecessor's way",
    "boosting": "boosting on raw columns",
}


FLAGS = {
    Reason.UNLIKE: (
        "{count} items are like nothing that this version knows. They were added, but ask for a "
        "full training."
    ),
    Reason.UNKNOWN_OPERATION: (
        "{count} items have an operation that this version has never seen. They were left out: "
        "train a version in full."
    ),
}


class Command(SiteCommand):
    """Learn from the ERP, measure, and register a version."""

    help = (
        "Train a version from the configured ERP. It is registered but not active, unless "
        "--activate is given. The backtest predicts the newest items with a model of the older "
        "ones and prints its figures beside simple baselines."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--name", metavar="YYYY.MM.DD_build", help="default: next of today")
        parser.add_argument(
            "--sample", type=whole(1), metavar="N", help="newest N routed items only"
        )
        parser.add_argument(
            "--candidates", metavar="A,B", type=_names,
            help=f"ways to learn times to compare first, of {', '.join(CANDIDATES)}; default: "
            "those of the settings, none with --no-backtest",
        )  # fmt: skip
        parser.add_argument("--seed", type=whole(0, LARGEST_SEED), default=TrainingSpec().seed)
        parser.add_argument("--no-backtest", action="store_true", help="do not measure")
        parser.add_argument("--dry-run", action="store_true", help="do not write or register")
        parser.add_argument("--activate", action="store_true", help="make it live at once")
        parser.add_argument(
            "--incremental",
            action="store_true",
            help="add what the ERP has got since to the active version, without learning anew",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Train and print what came of it."""
        console = Console(file=cast("IO[str]", self.stdout))
        if options["incremental"] and options["sample"] is not None:
            raise CommandError("--sample is for a full training: --incremental adds all new items.")
        if options["incremental"] and options["candidates"]:
            raise CommandError("--candidates is for a full training: --incremental learns nothing.")
        try:
            result = (_add if options["incremental"] else _train)(console, options)
            if options["activate"] and result.version is not None:
                versions.activate(result.version, by=BY)
                console.print(f"{result.name} is active.", highlight=False)
        except RoutingMLError as error:
            raise CommandError(error.message) from error


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _train(console: Console, options: dict[str, Any]) -> RunResult:
    """Learn from everything."""
    with Bar(console) as bar:
        result = runs.execute(
            spec=replace(TrainingSpec(), seed=options["seed"]),
            progress=bar,
            name=options["name"],
            sample=options["sample"],
            with_backtest=not options["no_backtest"],
            dry_run=options["dry_run"],
            candidates=_competing(options),
            by=BY,
        )
    show(console, result)
    return result


def _competing(options: dict[str, Any]) -> Sequence[str]:
    """Return the candidates: those named; where nothing is measured, none by default."""
    named: list[str] | None = options["candidates"]
    return () if named is None and options["no_backtest"] else starts.competing(named)


def _add(console: Console, options: dict[str, Any]) -> Increment:
    """Add new items to the active version."""
    with Bar(console) as bar:
        result = increments.execute(
            seed=options["seed"],
            progress=bar,
            name=options["name"],
            dry_run=options["dry_run"],
            by=BY,
        )
    show_increment(console, result)
    return result


class Bar:
    """A progress bar that a training reports to."""

    def __init__(self, console: Console) -> None:
        self._bar = Progress(
            TextColumn("{task.description:<42}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            console=console,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Bar:
        self._bar.start()
        self._task = self._bar.add_task("reading the ERP", total=1.0)
        return self

    def __exit__(self, *exception: object) -> None:
        self._bar.stop()

    def report(self, share: float, step: str) -> None:
        """Move the bar."""
        if self._task is not None:
            self._bar.update(self._task, completed=share, description=step)


def show(console: Console, result: RunResult) -> None:
    """Print the figures of a training."""
    metrics = result.metrics
    data = metrics["dataset"]
    console.print(
        f"Learned from {_whole(data['routed_items'])} routed items, "
        f"{_whole(data['operations'])} operations and {_whole(data['work_results'])} work results "
        f"in {_whole(metrics['duration_seconds'])} s, {_whole(metrics['peak_memory_mb'])} MiB "
        "at most.",
        highlight=False,
    )
    tested = metrics["backtest"]
    if tested and tested["items"]:
        console.print(_table(tested))
        for beaten in tested["beaten_by"]:
            console.print(f"Beaten by a baseline: {beaten}", style="yellow", highlight=False)
    elif tested:
        console.print("Not measurable: too few routed items for a backtest.", highlight=False)
    comparing.show(console, metrics)
    state = "registered, not active" if result.version else "dry run: nothing was written"
    console.print(f"Version {result.name}: {state}.", highlight=False)


def show_increment(console: Console, result: Increment) -> None:
    """Print what an incremental training added, and what it could not."""
    grown, told = result.grown, result.metrics
    if told is None:
        console.print(f"Nothing to add: {result.base} stays as it is.", highlight=False)
    else:
        alike = grown.similarity
        console.print(
            f"Added {_whole(grown.added)} items to {result.base} in "
            f"{sum(result.seconds.values()):,.1f} s, {_whole(told['peak_memory_mb'])} MiB at most: "
            f"{_whole(grown.joined_groups)} have the vector of a known item; to their nearest "
            f"known item half are at least {alike['median']:.1%} alike, "
            f"the least {alike['minimum']:.1%}.",
            highlight=False,
        )
        parts = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in result.seconds.items())
        console.print(parts, highlight=False, style="dim")
    if result.waiting:
        console.print(f"{_whole(result.waiting)} items have no routing yet.", highlight=False)
    for reason, text in FLAGS.items():
        if count := grown.count(reason):
            console.print(text.format(count=_whole(count)), style="yellow", highlight=False)
    if result.listed:
        console.print(f"They are listed in {result.listed}", highlight=False, soft_wrap=True)
    if told is not None:
        state = "registered, not active" if result.version else "dry run: nothing was written"
        origin = figures.origin(told)
        console.print(f"Version {result.name}: {state}; {origin}.", highlight=False)


def _table(tested: dict[str, Any]) -> Table:
    """Return the figures beside the baselines', narrow enough for 80 columns."""
    title = f"Backtest: the newest {tested['items']:,} items, predicted unseen"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2, 0, 0))
    table.add_column("")
    for _, label in FIGURES:
        table.add_column(label, justify="right", no_wrap=True, min_width=len(label))
    table.add_row("this version", *_cells(tested["model"]), style="bold")
    for name, scores in tested["baselines"].items():
        table.add_row(LABELS.get(name, name), *_cells(scores))
    return table


def _cells(scores: dict[str, float | None]) -> list[str]:
    return [comparing.figure(scores.get(name)) for name, _ in FIGURES]


def _whole(value: float | None) -> str:
    """Return a count, a question mark where it was not measured."""
    return "?" if value is None else f"{value:,.0f}"
