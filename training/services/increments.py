"""Adds items that came into the ERP since a training to the active version, as a new version.

Only what is new is read: the item codes, the routings of items that had none, and the rest about
those that have one now.
"""

from __future__ import annotations

import csv
import hashlib
import logging
import platform
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings

from registry import selectors, store
from registry.core import artifacts
from registry.core.errors import NotEnoughData, RoutingMLError
from registry.core.machine import peak_memory_mb
from registry.core.model import RoutingModel
from registry.core.progress import span
from registry.core.reading import new_codes, read_items
from registry.services import mappings, versions
from registry.spreadsheets import harmless
from training.core import dataset, growth
from training.core.growth import Grown, Reason
from training.services import runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from accounts.models import User
    from registry.core.mapping import ColumnMap
    from registry.core.progress import Progress
    from registry.models import MappingProfile, ModelVersion
    from training.core.dataset import TrainingSet

log = logging.getLogger(__name__)

LIST_OF_FLAGGED = "needs_full_training.csv"


class ProfileDiffers(RoutingMLError):
    """The ERP is not read as it was when the active version was trained."""

    code = "profile_differs"


@dataclass(frozen=True)
class Increment:
    """What came of it.

    Attributes:
        name: of the version that was made, or would have been.
        base: the active version's name.
        version: None after a dry run, and where there was nothing to add.
        metrics: None where there was nothing to add.
        waiting: items that the ERP has without a routing: they wait until it has one.
        grown: the extended model and its figures.
        listed: the file that names items which ask for a full training.
    """

    name: str
    base: str
    version: ModelVersion | None
    metrics: dict[str, Any] | None
    waiting: int
    grown: Grown
    listed: Path | None = None
    seconds: dict[str, float] = field(default_factory=dict)


@dataclass
class Clock:
    """Seconds of each part."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Take the time of a part."""
        started = time.monotonic()
        yield
        self.seconds[name] = round(time.monotonic() - started, 3)


def execute(
    *,
    seed: int,
    progress: Progress,
    name: str | None = None,
    dry_run: bool = False,
    by: User | str | None = None,
) -> Increment:
    """Extend the active version by the items that are routed now and were not when it was made.

    Args:
        seed: of the index, where it grows past the size for exact search, and of the measuring.
        progress: told how far it is.
        name: of the version; the next free one of the day when None.
        dry_run: do everything but write and register.
        by: who asked.

    Raises:
        NoActiveVersion: when there is no version to extend.
        ProfileDiffers: when the ERP is read with another mapping profile now.
        RoutingMLError: when the ERP or the version cannot be read, the name is taken, or somebody
            cancelled; nothing is left behind then.
    """
    clock = Clock()
    if name is not None:
        versions.refuse_name(name)
    parent = selectors.require_champion()
    profile = mappings.active_profile()
    with clock.part("opening the version"):
        progress.report(0.0, f"opening {parent.name}")
        model = _opened(parent, profile)
    data, waiting = _read(model, profile.to_columns(), clock, span(progress, 0.1, 0.5))
    name = name or versions.next_name()
    progress.report(0.5, "adding items")
    with clock.part("adding items"):
        grown = growth.extend(model, data, seed=seed) if data else Grown(model)
    listed = None if dry_run else _list_flagged(grown, name)
    if data is None or not grown.added:
        return Increment(
            name, parent.name, None, None, waiting, grown, listed, seconds=clock.seconds
        )
    progress.report(0.7, "measuring the search")
    with clock.part("measuring the search"):
        metrics = _metrics(parent, grown, data, clock, seed)
    version = None
    if not dry_run:
        progress.report(0.8, "writing the version")
        with clock.part("writing the version"):
            version = _register(grown, parent, profile, data, metrics, name, by)
        log.info("training.increment.finished", extra={"version": name, "added": grown.added})
    progress.report(1.0, "done")
    return Increment(
        name, parent.name, version, metrics, waiting, grown, listed, seconds=clock.seconds
    )


def _opened(version: ModelVersion, profile: MappingProfile) -> RoutingModel:
    """Open the active version, if the ERP is still read as for its training."""
    _, states = store.read(version.name, version.manifest_digest)
    model = RoutingModel.from_states(states, version.name)
    if model.profile != profile.to_columns().to_json():
        raise ProfileDiffers(
            f"Version {version.name} was trained with another mapping profile than {profile}, "
            "which is active now: its items are described by other columns. Activate the profile "
            "it was trained with, or train a version in full.",
            version=version.name,
            profile=str(profile),
        )
    if version.schema_hash != model.schema_hash:
        raise growth.SchemaDiffers(
            f"Version {version.name} was registered with another schema than its files have. "
            "Train a version in full.",
            version=version.name,
        )
    return model


def _read(
    model: RoutingModel, columns: ColumnMap, clock: Clock, progress: Progress
) -> tuple[TrainingSet | None, int]:
    """Return what is routed now and was not, and how many items wait for a routing."""
    library, codes = model.base.library, list(model.item_codes)
    routed = {codes[row] for row in library.routed.tolist()}
    with mappings.open_reader() as reader:
        with clock.part("reading item codes"):
            asked = new_codes(
                columns=columns, reader=reader, known=routed, progress=span(progress, 0.0, 0.5)
            )
        with clock.part("reading new items"):
            tables, _ = read_items(
                columns=columns, reader=reader, spellings=asked, progress=span(progress, 0.5, 1.0)
            )
    waiting = len(asked) - tables.routings["ITEM_CD"].nunique()
    if tables.routings.empty:
        return None, waiting
    with clock.part("cleaning"):
        try:
            return dataset.prepare(tables, dataset.attributes_of(columns)), waiting
        except NotEnoughData:  # rows of routings, none of which can be used
            return None, len(asked)


def _list_flagged(grown: Grown, name: str) -> Path | None:
    """Write down which items ask for a full training, and why."""
    if not grown.flagged:
        return None
    path: Path = settings.DATA_DIR / "increments" / name / LIST_OF_FLAGGED
    path.parent.mkdir(parents=True, exist_ok=True)
    # the mark lets Excel read the Korean
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["ITEM_CD", "reason", "told", "added"])
        for one in grown.flagged:
            told = [harmless(one.code), one.reason.value, harmless(one.told)]
            writer.writerow([*told, "Y" if one.added else "N"])
    return path


def _metrics(
    parent: ModelVersion, grown: Grown, data: TrainingSet, clock: Clock, seed: int
) -> dict[str, Any]:
    """Return the parent's figures, with what has changed: nothing was backtested again."""
    before = dict(parent.metrics)
    earlier = before.get("incremental") or {}
    base = grown.model.base
    counts = dataset.sizes(len(base.raw), base.library)
    reports = (before.get("dataset") or {}).get("work_results")
    if reports is not None:
        counts["work_results"] = reports + data.statistics["work_results"]
    changed = {
        "recall": runs.recall_of(grown.model, seed=seed),
        "dataset": {**(before.get("dataset") or {}), **counts},
        "incremental": {
            "full_version": earlier.get("full_version", parent.name),
            "based_on": parent.name,
            "added": grown.added,
            "added_since_full": earlier.get("added_since_full", 0) + grown.added,
            "routed_since": grown.routed_since,
            "joined_groups": grown.joined_groups,
            "flagged": {reason.value: grown.count(reason) for reason in Reason},
            "similarity": grown.similarity,
        },
        "duration_seconds": sum(clock.seconds.values()),
        "peak_memory_mb": peak_memory_mb(),
        "python": platform.python_version(),
        "libraries": dict(artifacts.library_versions()),
    }
    return dict(artifacts.plain({**before, **changed}))


def _register(
    grown: Grown,
    parent: ModelVersion,
    profile: MappingProfile,
    data: TrainingSet,
    metrics: dict[str, Any],
    name: str,
    by: User | str | None,
) -> ModelVersion:
    told = metrics["incremental"]
    both = f"{parent.dataset_hash}+{data.content_hash}"
    return runs.register(
        grown.model,
        profile,
        hashlib.sha256(both.encode()).hexdigest(),
        metrics,
        name=name,
        by=by,
        full_version=told["full_version"],
        based_on=told["based_on"],
        added=told["added"],
    )
