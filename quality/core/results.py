"""What a cycle found out about one item and each of its operations, as plain data.

Every figure of a cycle is made from these rows alone, so that it can be opened down to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from registry.core import metrics
from registry.core.metrics import Jobs
from registry.core.routing import Candidate, Prediction
from training.core.truths import true_routings

if TYPE_CHECKING:
    from training.core.dataset import TrainingSet

BOTH, EXTRA, MISSING = "both", "extra", "missing"


@dataclass(frozen=True, slots=True)
class OperationResult:
    """One operation as proposed, as the routing in force has it, and as the shop reported it.

    ``state`` is ``both``, ``extra`` (proposed only) or ``missing`` (in the routing only).  Times
    are run minutes a piece; ``reports`` counts the work results behind ``actual``.
    """

    job: str
    name: str
    state: str
    resource: str | None = None
    predicted: float | None = None
    low: float | None = None
    high: float | None = None
    setup: float | None = None
    actual: float | None = None
    actual_setup: float | None = None
    standard: float | None = None
    reports: int = 0
    outsourced: bool | None = None
    truly_outsourced: bool | None = None

    @property
    def error(self) -> float | None:
        """Predicted less actual minutes, None when one of them is unknown."""
        if self.predicted is None or not self.actual:
            return None
        return self.predicted - self.actual

    def to_json(self) -> dict[str, Any]:
        """Return the row as it is stored."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class ItemResult:
    """One sampled item: how sure and how right its answer was.

    ``valid`` are its routings in force and ``candidates`` the proposed ones, best first; ``unseen``
    says that the version was trained before the item came, and ``weight`` how many items of the
    plant it stands for, 1 on average.
    """

    code: str
    family: str
    unseen: bool
    confidence: float
    similarity: float
    abstained: bool
    candidates: tuple[Jobs, ...]
    valid: tuple[Jobs, ...]
    operations: tuple[OperationResult, ...]
    weight: float = 1.0

    @property
    def best(self) -> Jobs:
        """The proposed operations."""
        return self.candidates[0] if self.candidates else ()

    @property
    def exact(self) -> bool:
        """Whether the proposal is one of the routings in force."""
        return metrics.exact(self.best, self.valid)

    @property
    def process_match(self) -> float:
        """Share of the operations that are right."""
        return metrics.process_match(self.best, self.valid)

    @property
    def case(self) -> metrics.SequenceCase:
        """The item as the scores of sequences take it."""
        return metrics.SequenceCase(self.candidates, self.valid)

    @property
    def mean_error(self) -> float | None:
        """Mean absolute error of its operations in minutes a piece, None when none is known."""
        errors = [abs(one.error) for one in self.operations if one.error is not None]
        return sum(errors) / len(errors) if errors else None


def judge(
    prediction: Prediction,
    truth: TrainingSet,
    row: int,
    *,
    family: str,
    unseen: bool,
    weight: float,
) -> ItemResult:
    """Compare an answer with the routings in force and the work results of an item.

    Args:
        prediction: the answer, given without the item's own routing.
        truth: the ERP as it is now.
        row: the item's row there.
        family: the item family.
        unseen: whether the version was trained before the item came.
        weight: how many items of the plant it stands for.
    """
    best = prediction.candidates[0] if prediction.candidates else None
    valid = tuple(one.jobs for one in true_routings(truth, row))
    return ItemResult(
        code=prediction.item,
        family=family,
        unseen=unseen,
        confidence=prediction.confidence,
        similarity=best.similarity if best else 0.0,
        abstained=prediction.abstained,
        candidates=tuple(candidate.jobs for candidate in prediction.candidates),
        valid=valid,
        operations=tuple(_operations(best, truth, row, valid)),
        weight=weight,
    )


def _operations(
    best: Candidate | None, truth: TrainingSet, row: int, valid: Sequence[Jobs]
) -> list[OperationResult]:
    """Return the operations of the proposal and of the routing nearest to it, aligned."""
    library = truth.library
    jobs = best.jobs if best else ()
    nearest = max(range(len(valid)), key=lambda n: metrics.similarity(jobs, [valid[n]]), default=-1)
    places = library.operations_of(library.routings_of(row)[nearest]) if valid else range(0)
    pairs = dict(metrics.align(jobs, valid[nearest])) if valid else {}
    taken, found = set(pairs.values()), []
    for number, job in enumerate(jobs):
        place = places[pairs[number]] if number in pairs else None
        found.append(_row(job, best, number, truth, place))
    for number, place in enumerate(places):
        if number not in taken:
            found.append(_row(valid[nearest][number], None, 0, truth, place))
    return found


def _row(
    job: str, best: Candidate | None, number: int, truth: TrainingSet, place: int | None
) -> OperationResult:
    told: dict[str, Any] = {"name": job}
    if best is not None:
        one = best.operations[number]
        told = {
            "name": one.job_name,
            "predicted": one.run.minutes,
            "low": one.run.low,
            "high": one.run.high,
            "setup": one.setup.minutes,
            "outsourced": bool(one.outsourced),
            "resource": one.resource.code if one.resource else None,
        }
    if place is not None:
        told |= _truth(truth, place)
    state = EXTRA if place is None else BOTH if best is not None else MISSING
    return OperationResult(job=job, state=state, **told)


def _truth(truth: TrainingSet, place: int) -> dict[str, Any]:
    arrays, names = truth.library.arrays, truth.library.names
    resource = int(arrays["operation_resource"][place])
    return {
        "name": names["job_names"][int(arrays["operation_job"][place])],
        "resource": names["resources"][resource] if resource >= 0 else None,
        "actual": _known(np.exp(float(arrays["operation_log_run"][place]))),
        "actual_setup": _known(np.exp(float(arrays["operation_log_setup"][place]))),
        "standard": _known(float(arrays["operation_run"][place])),
        "reports": int(arrays["operation_run_count"][place]),
        "truly_outsourced": bool(arrays["operation_outsourced"][place]),
    }


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
