"""Run one quality cycle in the foreground."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from accounts.commands import LARGEST_SEED, SiteCommand, whole
from quality.core.sampling import Strategy
from quality.models import CycleState
from quality.services import cycles, reports, settings
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from quality.models import QualityCycle

SHOWN = ("exact_match", "process_match", "mae", "trim_mae", "wape", "bias", "interval_coverage",
         "cv")  # fmt: skip


class Command(SiteCommand):
    """Samples, predicts, compares, alerts; exit code 1 when an alert was raised."""

    help = "Run one quality cycle; exit code 1 when it raised an alert."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--sample-size", type=whole(1), metavar="N")
        parser.add_argument("--strategy", choices=[str(each) for each in Strategy])
        parser.add_argument("--seed", type=whole(0, LARGEST_SEED))

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the cycle and print its figures."""
        wanted = settings.current(
            sample_size=options["sample_size"], strategy=options["strategy"], seed=options["seed"]
        )
        try:
            cycle = cycles.execute(wanted=wanted, progress=self, by="command line")
        except RoutingMLError as error:
            raise CommandError(error.message, returncode=2) from error
        self._print(cycle)
        if cycle.alerts_raised:
            sys.exit(1)

    def report(self, share: float, step: str) -> None:
        """Print how far it is."""
        if sys.stderr.isatty():
            self.stderr.write(f"\r{share:4.0%} {step:60.60}", ending="" if share < 1 else "\n")

    def _print(self, cycle: QualityCycle) -> None:
        self.stdout.write(f"cycle {cycle.pk}: {cycle.state}")
        if cycle.state != CycleState.FINISHED:
            self.stdout.write(cycle.reason)
            return
        self.stdout.write(
            f"version {cycle.model_version}; {cycle.measured} of {cycle.population:,} items "
            f"measured, {cycle.failed} not; {cycle.metrics['sample_count']:,} work results"
        )
        ends = cycle.metrics["intervals"]
        for name in SHOWN:
            value = cycle.figure(name)
            told = "not measurable" if value is None else f"{value:8.3f}"
            reach = f"  ({ends[name][0]:.3f} to {ends[name][1]:.3f})" if name in ends else ""
            self.stdout.write(f"  {name:18} {told}{reach}")
        for text in reports.alerts_of(cycle):
            self.stdout.write(f"ALERT {text}")
        self.stdout.write(f"reports: {reports.folder_of(cycle)}")
