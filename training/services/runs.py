"""Makes a version: reads the ERP, trains, measures, writes and registers; all of it or nothing."""

from __future__ import annotations

import logging
import platform
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from joblib import effective_n_jobs

from registry import selectors, store
from registry.core import artifacts
from registry.core.errors import RoutingMLError
from registry.core.machine import peak_memory_mb, release_memory
from registry.core.progress import saying, span
from registry.core.reading import read_tables
from registry.models import ModelVersion
from registry.services import mappings, versions
from training.core import backtest, dataset, splits, trainer
from training.core.specs import BOOSTING, CandidateSpec, TrainingSpec, check_names
from training.core.time_candidates import compare as compare_candidates
from training.services import comparison
from training.services.computing import computing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from registry.core.model import RoutingModel
    from registry.core.progress import Progress
    from registry.models import MappingProfile
    from training.core.dataset import TrainingSet
    from training.core.time_candidates import Selected

log = logging.getLogger(__name__)

RECALL_AT = 50


class NothingChanged(RoutingMLError):
    """The ERP tables are what they were when an earlier version was trained."""

    code = "nothing_changed"


@dataclass(frozen=True)
class RunResult:
    """What a training made; ``version`` is None after a dry run."""

    name: str
    version: ModelVersion | None
    metrics: dict[str, Any]
    model: RoutingModel


def execute(
    *,
    spec: TrainingSpec,
    progress: Progress,
    name: str | None = None,
    sample: int | None = None,
    with_backtest: bool = True,
    dry_run: bool = False,
    only_if_changed: bool = False,
    candidates: Sequence[str] = (),
    by: User | str | None = None,
) -> RunResult:
    """Train a version from the configured ERP with the active mapping profile.

    Args:
        spec: the settings.
        progress: told how far it is.
        name: the next free one of the day when None.
        sample: learn from the newest so many routed items only.
        with_backtest: whether to measure on the newest items first.
        dry_run: do everything but write and register.
        only_if_changed: refuse when there is a version of the very same data, or more of it.
        candidates: ways to learn times to compare first; the best that can be stored is used.
            Boosting, the present way, needs no comparison with itself.
        by: who asked.

    Raises:
        NothingChanged: when that is so.
        RoutingMLError: too little to learn from, a name taken, cancelled; nothing is left behind.
    """
    started = time.monotonic()
    check_names(candidates)
    if name is not None:
        versions.refuse_name(name)
    profile = mappings.active_profile()
    data = extract(profile, sample, span(progress, 0.0, 0.1))
    if only_if_changed:
        refuse_the_same(data.content_hash)
    selected, begin = None, 0.1
    if set(candidates) - {BOOSTING}:
        selected, begin = _compared(data, spec, candidates, span(progress, 0.1, 0.35)), 0.35
        spec = replace(spec, time_model=selected.chosen, time_settings=dict(selected.settings))
    tested = backtest.run(data, spec, span(progress, begin, 0.65)) if with_backtest else None
    rest = span(progress, 0.65 if tested else begin, 0.92)
    held, columns = tested.held if tested else None, profile.to_columns().to_json()
    model = trainer.fit(data, spec, rest, profile=columns, held=held)
    progress.report(0.92, "measuring the search")
    metrics = _metrics(data, model, tested, spec, started)
    metrics["candidates"] = artifacts.plain(selected.figures) if selected else None
    metrics["comparison"] = _beside(tested, data, spec, span(progress, 0.93, 0.97))
    name = name or versions.next_name()  # not before: what is free now may be taken in an hour
    if dry_run:
        progress.report(1.0, "measured; nothing is kept")
        return RunResult(name, None, comparison.without_items(metrics), model)
    progress.report(0.98, "writing the version")
    version = register(model, profile, data.content_hash, metrics, name=name, by=by)
    progress.report(1.0, "registered")
    log.info("training.run.finished", extra={"version": version.name})
    return RunResult(name, version, comparison.without_items(metrics), model)


def _beside(
    tested: backtest.Backtest | None,
    data: TrainingSet,
    spec: TrainingSpec,
    progress: Progress,
) -> Any:
    """Return the comparison with the active version as it is kept; None where there is none."""
    if tested is None:
        return None
    found = comparison.with_champion(tested, data, spec.backtest_share, progress)
    return artifacts.plain(found.to_json()) if found else None


def _compared(
    data: TrainingSet, spec: TrainingSpec, names: Sequence[str], progress: Progress
) -> Selected:
    """Compare ways to learn times as the settings of iterative training say."""
    told = selectors.iter_training()
    with computing(progress):
        wanted = CandidateSpec(
            names=check_names(names),
            folds=told.training.folds,
            least_gain=told.training.least_improvement,
            search=told.tuning.search,
            tries=told.tuning.tries,
            seconds=float(told.tuning.seconds),
            n_jobs=effective_n_jobs(-1),
        )
        return compare_candidates(data, spec, wanted, progress)


def refuse_the_same(content_hash: str) -> None:
    """Refuse what an earlier version has learned from already: the same sample, or all of it.

    Raises:
        NothingChanged: when that is so.
    """
    whole = content_hash.partition(dataset.OF_ITEMS)[0]
    versions_of_it = ModelVersion.objects.filter(dataset_hash__in=(content_hash, whole))
    same = versions_of_it.order_by("-created_at").first()
    if same is not None:
        raise NothingChanged(
            f"Nothing has changed in the ERP tables since version {same.name} was trained.",
            version=same.name,
        )


def extract(profile: MappingProfile, sample: int | None, progress: Progress) -> TrainingSet:
    """Read the ERP through a mapping profile and clean what it holds."""
    progress.report(0.0, "reading the ERP tables")
    columns = profile.to_columns()
    with mappings.open_reader() as reader:
        reading = span(progress, 0.0, 0.8)
        tables, _ = read_tables(columns=columns, reader=reader, progress=reading)
    cleaning = saying(span(progress, 0.8, 1.0), "cleaning the tables")
    data = dataset.prepare(tables, dataset.attributes_of(columns), cleaning)
    reported = tables.results["ITEM_CD"]
    del tables
    release_memory()
    routed = len(data.library.routed)
    if sample is None or sample >= routed:
        return data
    return dataset.sampled(data, splits.newest(data.library, sample / routed), reported)


def register(
    model: RoutingModel,
    profile: MappingProfile,
    dataset_hash: str,
    metrics: dict[str, Any],
    *,
    name: str | None = None,
    by: User | str | None = None,
    **details: Any,
) -> ModelVersion:
    """Write a model as a version and register it; ``details`` join what its manifest says."""
    name = name or versions.next_name()
    about = {
        "name": name,
        "schema_hash": model.schema_hash,
        "dataset_hash": dataset_hash,
        "profile_name": profile.name,
        "profile_revision": profile.revision,
        **details,
    }
    with store.staging() as folder:
        manifest = store.write(folder, model.to_states(), about, metrics)
        return versions.register(
            name=name,
            folder=folder,
            manifest=manifest,
            metrics=comparison.without_items(metrics),
            by=by,
        )


def _metrics(
    data: TrainingSet,
    model: RoutingModel,
    tested: backtest.Backtest | None,
    spec: TrainingSpec,
    started: float,
) -> dict[str, Any]:
    return dict(
        artifacts.plain(
            {
                "backtest": tested.figures if tested else None,
                "recall": recall_of(model, seed=spec.seed),
                "dataset": dict(data.statistics),
                "ranker": dict(model.ranker.to_state().meta),
                "abstention_limit": model.confidence.limit,
                "unseen": dict(model.confidence.unseen),
                "spec": spec.to_json(),
                "duration_seconds": time.monotonic() - started,
                "peak_memory_mb": peak_memory_mb(),
                "python": platform.python_version(),
                "libraries": dict(artifacts.library_versions()),
            }
        )
    )


def recall_of(model: RoutingModel, *, seed: int) -> dict[str, Any]:
    """Measure how many of the true nearest items the search of a model finds."""
    index = model.base.index
    recall = index.recall(RECALL_AT, seed=seed)
    return {
        f"at_{RECALL_AT}": recall["mean"],
        "minimum": recall["minimum"],
        "queries": recall["queries"],
        "exact": index.exact,
        "distinct_vectors": len(index),
    }
