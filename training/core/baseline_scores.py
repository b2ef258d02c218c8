"""Asks the baselines, the simple ways, about the items of a backtest, and scores them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from registry.core import metrics
from registry.core.items import RawItems
from registry.core.metrics import Jobs, SequenceCase
from registry.core.progress import Progress, Report, saying, span
from registry.core.routing import Prediction
from training.core import baselines
from training.core.dataset import TrainingSet
from training.core.specs import BOOSTING
from training.core.truths import TrueRouting, shared_operations

STEP = "measuring a simple way: {name}"
RUN_ERRORS = "simple_errors"
MATCH = "simple_match"


@dataclass(frozen=True)
class Simple:
    """What the simple ways got right and wrong.

    Attributes:
        scores: the figures of each.
        items: by item code ``simple_match``, the process_match of the best of them, and
            ``simple_errors``, of run minutes by plain boosting.
    """

    scores: dict[str, dict[str, float | None]]
    items: dict[str, dict[str, Any]]


def ask(
    known: TrainingSet,
    asked: RawItems,
    predictions: Sequence[Prediction],
    truths: Sequence[Sequence[TrueRouting]],
    progress: Progress,
) -> Simple:
    """Ask all simple ways about the same items; about times, on the same operations."""
    sample = baselines.Known.of(known)
    plain = baselines.plain_of(asked, sample)
    valid = [[t.jobs for t in truth] for truth in truths]
    scores: dict[str, dict[str, float | None]] = {}
    firsts: dict[str, list[Jobs]] = {}
    ways = baselines.SEQUENCE_BASELINES
    for number, (name, propose) in enumerate(ways.items()):
        part = span(progress, number / (len(ways) + 1), (number + 1) / (len(ways) + 1))
        proposals = propose(sample, plain, saying(part, STEP.format(name=name)))
        scores[name] = metrics.sequence_scores(
            [SequenceCase(p, v) for p, v in zip(proposals, valid, strict=True)]
        )
        firsts[name] = [found[0] if found else () for found in proposals]
    last = saying(span(progress, len(ways) / (len(ways) + 1), 1.0), STEP.format(name=BOOSTING))
    item, minutes, actual = _boosted(sample, plain, predictions, truths, last)
    scores[BOOSTING] = metrics.time_scores(minutes, actual)
    best = max(ways, key=lambda name: scores[name]["process_match"] or 0.0)
    errors = np.round(np.abs(minutes - actual), 4)
    by_item = [errors[(item == n) & np.isfinite(errors)].tolist() for n in range(len(asked))]
    matches = [metrics.process_match(f, v) for f, v in zip(firsts[best], valid, strict=True)]
    return Simple(
        scores,
        {
            str(code): {MATCH: match, RUN_ERRORS: off}
            for code, match, off in zip(asked.codes, matches, by_item, strict=True)
        },
    )


def _boosted(
    sample: baselines.Known,
    plain: baselines.Plain,
    predictions: Sequence[Prediction],
    truths: Sequence[Sequence[TrueRouting]],
    report: Report,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return item, minutes by plain boosting and true minutes of operations.

    They are those that the model's best candidates share with the truth; none without a work
    result to learn from.
    """
    item, jobs, actual = [], [], []
    for number, operation, truth, place in shared_operations(predictions, truths):
        if operation.run.minutes is not None:
            item.append(number)
            jobs.append(truth.jobs[place])
            actual.append(truth.run[place])
    minutes = baselines.boosted_minutes(sample, plain, np.array(item, dtype=int), jobs, report)
    if minutes is None:
        return np.zeros(0, dtype=int), np.zeros(0), np.zeros(0)
    return np.array(item, dtype=int), minutes, np.array(actual)
