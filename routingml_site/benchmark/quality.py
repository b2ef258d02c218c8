"""How good the answers are: one training as ``train`` does it, then the new items against truth."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from registry.core.machine import peak_memory_mb
from registry.core.model import RoutingModel
from registry.core.progress import Progress, Silent, span
from registry.core.routing import Prediction
from routingml_site.benchmark.plants import KnownPlant
from training.core import backtest, baseline_scores, dataset, trainer
from training.core.dataset import TrainingSet
from training.core.specs import TrainingSpec


@dataclass(frozen=True)
class Trained:
    """A model, what it was learned from, its backtest, and what it took."""

    data: TrainingSet
    model: RoutingModel
    backtest: Mapping[str, Any]
    seconds: float
    peak_memory_mb: float


def train(
    plant: KnownPlant, spec: TrainingSpec, progress: Progress, *, with_backtest: bool = True
) -> Trained:
    """Train on a plant.

    Raises:
        NotEnoughData: when there is nothing to learn from.
    """
    started = time.perf_counter()
    progress.report(0.0, "cleaning the tables")
    data = dataset.prepare(plant.tables, plant.attributes)
    tested = backtest.run(data, spec, span(progress, 0.05, 0.6)) if with_backtest else None
    model = trainer.fit(
        data, spec, span(progress, 0.6, 1.0), profile=plant.columns.to_json(),
        held=tested.held if tested else None,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    return Trained(data, model, tested.figures if tested else {}, seconds, peak_memory_mb())


def score(
    data: TrainingSet, plant: KnownPlant, predictions: Sequence[Prediction]
) -> dict[str, Any]:
    """Return the figures of answers about the new items, beside the baselines on the same items.

    Minutes are compared with the expected ones, intervals (``reported``) with what the shop said.
    """
    figures = backtest.score(predictions, plant.truths)
    against_reports = backtest.score(predictions, plant.reported)["model"]
    figures["reported"] = {
        name: against_reports[name]
        for name in ("operations", "interval_coverage", "interval_width", "wape", "bias")
    }
    simple = baseline_scores.ask(data, plant.asked, predictions, plant.truths, Silent())
    figures["baselines"] = simple.scores
    figures["beaten_by"] = backtest.better_baselines(figures)
    return figures


def fingerprint(predictions: Sequence[Prediction]) -> str:
    """Return a hash of every bit of the answers: numbers are written so that none is lost."""
    return sha256("\n".join(map(repr, predictions)).encode()).hexdigest()
