"""Writes a version's vectors for TensorBoard's projector."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from accounts.commands import SiteCommand, whole
from registry import store
from registry.core import projector
from registry.core.errors import RoutingMLError
from registry.core.model import RoutingModel
from registry.models import ModelVersion


class Command(SiteCommand):
    """Export vectors and what they stand for."""

    help = (
        "Write vectors.tsv, metadata.tsv and projector_config.json of a version. Open them with "
        "'tensorboard --logdir OUT'."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("version", help="YYYY.MM.DD_build")
        parser.add_argument("out", type=Path, help="folder to write into")
        parser.add_argument(
            "--sample", type=whole(1), metavar="N", help="at most N items, at random"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Export and say how many."""
        row = ModelVersion.objects.filter(name=options["version"]).first()
        if row is None:
            raise CommandError(f"There is no version {options['version']!r}.")
        try:
            _, states = store.read(row.name, row.manifest_digest)
            count = projector.export(
                RoutingModel.from_states(states), options["out"], sample=options["sample"]
            )
        except (RoutingMLError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote {count:,} vectors to {options['out']}")
