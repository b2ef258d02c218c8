"""One benchmark from beginning to end, as one document that can be kept and compared."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psutil
from django.utils import timezone
from threadpoolctl import threadpool_info

from registry.core import artifacts
from registry.core.machine import peak_memory_mb
from registry.core.progress import Progress, Silent, span
from registry.core.routing import Prediction
from routingml_site.benchmark import quality, searches, small, speed
from routingml_site.benchmark.figures import Value, ratio, verdicts
from routingml_site.benchmark.plants import KnownPlant
from routingml_site.benchmark.quality import Trained
from training.core import backtest
from training.core.specs import TrainingSpec

FORMAT = 1
FROM_MODEL = (
    "exact_match", "hit_at_3", "hit_at_5", "sequence_similarity", "process_match", "wape",
    "mae", "trim_mae", "rmse", "bias", "mape_median", "setup_wape", "error_at_80",
    "error_ratio_at_80", "abstention", "exact_match_answered", "calibration_gap",
    "outsourcing_success", "outsourcing_precision", "outsourcing_recall",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure beside the usual, and the seed of what is drawn at random."""

    seed: int = 1
    small: bool = False
    twice: bool = False
    searches: bool = False
    backtest: bool = True


def run(
    plant: KnownPlant, spec: TrainingSpec, wanted: Wanted, progress: Progress
) -> dict[str, Any]:
    """Measure everything; the result is JSON.

    Raises:
        NotEnoughData: when there is nothing to learn from.
    """
    before = peak_memory_mb()
    trained = quality.train(plant, spec, span(progress, 0.0, 0.4), with_backtest=wanted.backtest)
    progress.report(0.4, "asking about the new items")
    predictions = backtest.predict(trained.model, plant.asked, Silent())
    scores = quality.score(trained.data, plant, predictions)
    progress.report(0.5, "taking times")
    taken = _speed(trained, plant, spec)
    searched = searches.compare(trained, plant, seed=spec.seed) if wanted.searches else {}
    few = {}
    if wanted.small:
        few = small.measure(trained.data, plant, spec, wanted.seed, span(progress, 0.55, 0.75))
    same = None
    if wanted.twice:
        same = _same_again(plant, spec, predictions, span(progress, 0.75, 1.0))
    progress.report(1.0, "measured")
    figures = _of_quality(scores) | _of_training(trained, before) | taken | _of_small(few)
    figures["build_over_bare"] = searches.build_ratio(searched)
    figures["same_twice"] = same
    return dict(
        artifacts.plain(
            {
                "format": FORMAT,
                "finished_at": timezone.now().isoformat(timespec="seconds"),
                "plant": {**plant.about, "asked": len(plant.asked), "left_out": plant.left_out},
                "options": {
                    "--small": wanted.small,
                    "--twice": wanted.twice,
                    "--searches": wanted.searches,
                    "--no-backtest": not wanted.backtest,
                },
                "figures": figures,
                "verdicts": verdicts(
                    figures,
                    is_sample=plant.is_sample,
                    routed_items=trained.data.statistics["routed_items"],
                ),
                "quality": scores,
                "small": few,
                "searches": searched,
                "backtest": trained.backtest,
                "dataset": dict(trained.data.statistics),
                "dataset_hash": trained.data.content_hash,
                "answers_hash": quality.fingerprint(predictions),
                "spec": spec.to_json(),
                "machine": machine(),
                "libraries": dict(artifacts.library_versions()),
            }
        )
    )


def machine() -> dict[str, Any]:
    """Return what of the machine decides times; its name is nobody's business."""
    return {
        "system": platform.system(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "memory_mb": round(psutil.virtual_memory().total / 2**20),
        "load_before": psutil.getloadavg()[0],
        "threads": {
            f"{pool['user_api']} {pool['prefix']}": pool["num_threads"]
            for pool in threadpool_info()
        },
    }


def _speed(trained: Trained, plant: KnownPlant, spec: TrainingSpec) -> dict[str, Value]:
    items = [plant.asked.item(row) for row in range(len(plant.asked))]
    return {
        **speed.answers(trained.model, items),
        **speed.index(trained.model, spec.seed),
    }


def _of_quality(scores: Mapping[str, Any]) -> dict[str, Value]:
    model, baselines = scores["model"], scores["baselines"]
    figures: dict[str, Value] = {name: model[name] for name in FROM_MODEL}
    figures["interval_coverage"] = scores["reported"]["interval_coverage"]
    figures["interval_width"] = scores["reported"]["interval_width"]
    onehot = baselines["onehot_nearest"]["exact_match"]
    figures["onehot_exact_match"] = onehot
    figures["exact_match_over_onehot"] = ratio(model["exact_match"], onehot)
    figures["boosting_wape"] = baselines["boosting"]["wape"]
    figures["wape_over_boosting"] = ratio(model["wape"], figures["boosting_wape"])
    return figures


def _of_training(trained: Trained, before: float) -> dict[str, Value]:
    return {
        "train_seconds": trained.seconds,
        "train_peak_memory_mb": trained.peak_memory_mb,
        "memory_before_training_mb": before,
    }


def _of_small(few: Mapping[str, Mapping[str, Any]]) -> dict[str, Value]:
    return {
        f"small_{size}_{figure}": gain
        for size, scores in few.items()
        for figure, gain in small.gains(scores).items()
    }


def _same_again(
    plant: KnownPlant, spec: TrainingSpec, predictions: Sequence[Prediction], progress: Progress
) -> bool:
    """Train once more and compare every bit of the answers."""
    again = quality.train(plant, spec, progress)
    answers = backtest.predict(again.model, plant.asked, Silent())
    return quality.fingerprint(answers) == quality.fingerprint(predictions)
