"""The same on small tables: with little to learn from, nothing may be worse than a simple way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from registry.core.progress import Progress, span
from routingml_site.benchmark import quality
from routingml_site.benchmark.plants import KnownPlant
from training.core import backtest, trainer
from training.core.dataset import TrainingSet
from training.core.specs import TrainingSpec

SIZES = (30, 100, 300)
COMPARED = ("exact_match", "sequence_similarity")


def measure(
    data: TrainingSet, plant: KnownPlant, spec: TrainingSpec, seed: int, progress: Progress
) -> dict[str, dict[str, Any]]:
    """Learn from a few routed items, ask about all new ones.

    Returns the scores by size; a size that the plant does not have is left out.

    Args:
        data: all that could be learned from.
        plant: the new items and their truth.
        spec: the settings of the trainings.
        seed: of the draw; the larger table holds the smaller one's items.
        progress: told how far it is.
    """
    order = np.random.default_rng(seed).permutation(data.library.routed)
    sizes = [size for size in SIZES if size <= len(order)]
    results = {}
    for number, size in enumerate(sizes):
        part = span(progress, number / len(sizes), (number + 1) / len(sizes))
        few = data.take(np.sort(order[:size]))
        model = trainer.fit(few, spec, span(part, 0.0, 0.8))
        predictions = backtest.predict(model, plant.asked, span(part, 0.8, 1.0))
        results[str(size)] = quality.score(few, plant, predictions)
    return results


def gains(scores: Mapping[str, Any]) -> dict[str, float | None]:
    """Return by how much the model is ahead of the best simple baseline in each figure."""
    found: dict[str, float | None] = {}
    for figure in COMPARED:
        theirs = [
            each[figure] for each in scores["baselines"].values() if each.get(figure) is not None
        ]
        mine = scores["model"][figure]
        found[figure] = mine - max(theirs) if theirs and mine is not None else None
    return found
