"""Write a sample plant as files."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from accounts.commands import SiteCommand
from registry.core.errors import RoutingMLError
from routingml_site.plant import make_plant, write_plant
from routingml_site.plant.files import FORMATS


class Command(SiteCommand):
    """Make a plant of known and new items from a seed."""

    help = "Write a sample plant: items, routings, work reports, new items and their truth."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where to write, how many items, and the seed."""
        parser.add_argument("out", type=Path, metavar="OUT", help="folder for the files")
        parser.add_argument("--items", type=int, default=6000, help="known items (6000)")
        parser.add_argument("--new", type=int, default=300, help="new items without routing (300)")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--format", choices=FORMATS, default="csv")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the plant, write it, say what was written."""
        try:
            plant = make_plant(
                options["items"], options["new"], options["seed"], coded_columns=True
            )
            written = write_plant(plant, options["out"], options["format"])
        except RoutingMLError as error:
            raise CommandError(error.message) from error
        except OSError as error:
            message = f"{options['out']} cannot be written: {error.strerror}."
            raise CommandError(message) from error
        for path in written:
            self.stdout.write(str(path))
