"""The routings that items really have, as predictions are measured against them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from registry.core import metrics
from registry.core.metrics import Jobs

if TYPE_CHECKING:
    from registry.core.routing import Operation, Prediction
    from training.core.dataset import TrainingSet


@dataclass(frozen=True)
class TrueRouting:
    """A valid routing of an item; minutes are NaN where nobody knows.

    ``reports`` counts the work results behind each operation's run minutes.
    """

    jobs: Jobs
    run: np.ndarray
    setup: np.ndarray
    outsourced: np.ndarray
    reports: np.ndarray


def true_routings(data: TrainingSet, row: int) -> list[TrueRouting]:
    """Return the routings an item really has."""
    library, found = data.library, []
    for routing in library.routings_of(row):
        places = np.array(library.operations_of(routing))
        found.append(
            TrueRouting(
                library.job_codes(library.arrays["operation_job"][places].tolist()),
                np.exp(library.arrays["operation_log_run"][places].astype(float)),
                np.exp(library.arrays["operation_log_setup"][places].astype(float)),
                library.arrays["operation_outsourced"][places],
                library.arrays["operation_run_count"][places],
            )
        )
    return found


def shared_operations(
    predictions: Sequence[Prediction], truths: Sequence[Sequence[TrueRouting]]
) -> Iterator[tuple[int, Operation, TrueRouting, int]]:
    """Yield the operations that best candidates share with the truth nearest to each.

    Each comes with the number of its prediction, that truth, and its place in it.
    """
    for number, (prediction, valid) in enumerate(zip(predictions, truths, strict=True)):
        if not prediction.candidates or not valid:
            continue
        best = prediction.candidates[0]
        truth = max(valid, key=lambda each: metrics.similarity(best.jobs, [each.jobs]))
        for mine, theirs in metrics.align(best.jobs, truth.jobs):
            yield number, best.operations[mine], truth, theirs
