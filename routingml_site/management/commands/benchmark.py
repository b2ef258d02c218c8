"""Measure how good, how fast and how large the product is, on a plant whose truth is known."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any, cast

from django.conf import settings
from django.core.management.base import CommandError
from rich.console import Console

from accounts.commands import SiteCommand
from registry.core.errors import RoutingMLError
from routingml_site.benchmark import plants, report, running
from routingml_site.benchmark.plants import KnownPlant
from routingml_site.benchmark.running import Wanted
from training.core.specs import TrainingSpec
from training.management.commands.train import Bar

PAPER = 110
"""Columns of the table where there is no terminal to fill."""


class Command(SiteCommand):
    """Train, ask about the new items, and compare with the truth, the baselines and the goals."""

    help = (
        "Measure the product on the sample plant, or on the plant of a folder that make_plant "
        "wrote: quality against a known truth and beside simple baselines, times, memory, sizes. "
        "Nothing is registered; the figures go to a JSON file."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the plant, what to measure beside the usual, and where to write."""
        parser.add_argument("--items", type=int, default=6000, help="known items (6000)")
        parser.add_argument("--new", type=int, default=1000, help="new items (1000)")
        parser.add_argument("--seed", type=int, default=1, help="of the plant and of --small (1)")
        parser.add_argument("--plant", type=Path, metavar="DIR", help="read the plant from files")
        parser.add_argument("--profile", help="mapping profile (the seal plant's, as shipped)")
        parser.add_argument(
            "--small", action="store_true", help="also learn from 30, 100, 300 items"
        )
        parser.add_argument("--twice", action="store_true", help="also train again and compare")
        parser.add_argument(
            "--searches", action="store_true", help="also build other searches and compare"
        )
        parser.add_argument("--no-backtest", action="store_true", help="train without a backtest")
        parser.add_argument("--json", type=Path, metavar="FILE", help="where to write the figures")
        parser.add_argument(
            "--against", type=Path, metavar="FILE", help="show what changed since another benchmark"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure, print, write."""
        width = None if self.stdout.isatty() else PAPER
        console = Console(file=cast("IO[str]", self.stdout), highlight=False, width=width)
        try:
            earlier = report.load(options["against"]) if options["against"] else None
            result = _measure(options, console)
            report.show(console, result)
            if earlier is not None:
                console.print(report.difference_table(result, earlier))
                for condition in report.differing_conditions(result, earlier):
                    console.print(f"Not the same in both: {condition}", style="yellow")
            folder = settings.DATA_DIR / "benchmarks"
            path = options["json"] or report.default_path(result, folder)
            report.save(result, path)
            console.print(f"Figures written to {path}", soft_wrap=True)
        except RoutingMLError as error:
            raise CommandError(error.message) from error


def _measure(options: dict[str, Any], console: Console) -> dict[str, Any]:
    wanted = Wanted(
        options["seed"], small=options["small"], twice=options["twice"],
        searches=options["searches"], backtest=not options["no_backtest"],
    )  # fmt: skip
    with Bar(console) as bar:
        bar.report(0.0, "getting the plant")
        return running.run(_plant(options), TrainingSpec(), wanted, bar)


def _plant(options: dict[str, Any]) -> KnownPlant:
    columns = plants.profile(options["profile"])
    if options["plant"] is not None:
        return plants.read(options["plant"], columns)
    return plants.made(options["items"], options["new"], options["seed"], columns)
