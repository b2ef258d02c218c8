"""The one definition of every score, used by training, quality cycles and the benchmark.

Sequences are tuples of operation codes.  A true item may have several valid routings and counts by
the one nearest to the answer.  Times are run minutes a piece of operations that prediction and
truth share.  A figure that cannot be measured is ``None``, never 0 and never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from rapidfuzz.distance import DamerauLevenshtein, LCSseq

TRIM_RATIO = 0.10
"""Share of the errors cut from each tail for ``trim_mae``."""

Jobs = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SequenceCase:
    """One item: its candidates, best first, and its valid routings."""

    predicted: Sequence[Jobs]
    valid: Sequence[Jobs]


def exact(predicted: Jobs, valid: Iterable[Jobs]) -> bool:
    """Whether the codes and their order are those of a valid routing."""
    return predicted in set(valid)


def similarity(predicted: Jobs, valid: Iterable[Jobs]) -> float:
    """Return 1 - Damerau-Levenshtein distance / longer length, for the nearest valid routing."""
    return max(
        (float(DamerauLevenshtein.normalized_similarity(predicted, jobs)) for jobs in valid),
        default=0.0,
    )


def align(predicted: Jobs, true: Jobs) -> list[tuple[int, int]]:
    """Return the positions of operations that both have, by code and order."""
    return [
        (block.src_start + i, block.dest_start + i)
        for block in LCSseq.opcodes(predicted, true)
        if block.tag == "equal"
        for i in range(block.src_end - block.src_start)
    ]


def process_match(predicted: Jobs, valid: Iterable[Jobs]) -> float:
    """Return operations right / operations in the union, for the valid routing that fits best."""
    best = 0.0
    for jobs in valid:
        right = len(align(predicted, jobs))
        union = len(predicted) + len(jobs) - right
        best = max(best, right / union if union else 1.0)
    return best


def sequence_scores(
    cases: Sequence[SequenceCase],
    hits: Sequence[int] = (3, 5),
    weights: np.ndarray | None = None,
) -> dict[str, float | None]:
    """Return ``exact_match``, ``hit_at_k``, ``sequence_similarity`` and ``process_match``.

    An item without a valid routing cannot be measured: it is left out, and counted by
    ``items_without_truth``.

    Args:
        cases: proposals and truths.
        hits: the k of ``hit_at_k``.
        weights: (n,) how many items each case stands for; one each where nothing is said.
    """
    measured = np.array([bool(case.valid) for case in cases], dtype=bool)
    without_truth = int((~measured).sum())
    cases = [case for case in cases if case.valid]
    weights = None if weights is None else weights[measured]
    names = ["exact_match", *(f"hit_at_{k}" for k in hits), "sequence_similarity", "process_match"]
    if not cases:
        return dict.fromkeys(names) | {"items_without_truth": without_truth}
    firsts = [case.predicted[0] if case.predicted else () for case in cases]
    pairs = list(zip(firsts, cases, strict=True))
    scores: dict[str, float | None] = {
        "exact_match": _mean([exact(first, case.valid) for first, case in pairs], weights),
        "sequence_similarity": _mean([similarity(one, case.valid) for one, case in pairs], weights),
        "process_match": _mean([process_match(one, case.valid) for one, case in pairs], weights),
    }
    for k in hits:
        found = [any(exact(p, case.valid) for p in case.predicted[:k]) for case in cases]
        scores[f"hit_at_{k}"] = _mean(found, weights)
    return scores | {"items_without_truth": without_truth}


def time_scores(
    predicted: np.ndarray,
    actual: np.ndarray,
    low: np.ndarray | None = None,
    high: np.ndarray | None = None,
    weights: np.ndarray | None = None,
) -> dict[str, float | None]:
    """Return the scores of times.

    Args:
        predicted: (n,) minutes.
        actual: (n,) minutes; operations whose actual is unknown or zero are left out.
        low: (n,) lower ends of the 80 % intervals.
        high: (n,) upper ends.
        weights: (n,) how many operations each stands for; one each where nothing is said.
    """
    names = ["mae", "trim_mae", "rmse", "wape", "mape_median", "bias"]
    known = np.isfinite(predicted) & np.isfinite(actual) & (actual > 0)
    scores: dict[str, float | None] = dict.fromkeys([*names, "interval_coverage", "interval_width"])
    scores["operations"] = int(known.sum())
    if not known.any():
        return scores
    truth = actual[known]
    errors = predicted[known] - truth
    absolute = np.abs(errors)
    heavy = None if weights is None else weights[known]
    made = np.average(truth, weights=heavy)
    scores |= {
        "mae": float(np.average(absolute, weights=heavy)),
        "trim_mae": trimmed_mean(absolute, weights=heavy),
        "rmse": float(np.sqrt(np.average(errors**2, weights=heavy))),
        "wape": float(np.average(absolute, weights=heavy) / made),
        "mape_median": _median(absolute / truth, heavy),
        "bias": float(np.average(errors, weights=heavy) / made),
    }
    if low is not None and high is not None:
        inside = (truth >= low[known]) & (truth <= high[known])
        scores["interval_coverage"] = float(np.average(inside, weights=heavy))
        scores["interval_width"] = _median(high[known] - low[known], heavy) / _median(truth, heavy)
    return scores


def trimmed_mean(
    values: np.ndarray, ratio: float = TRIM_RATIO, weights: np.ndarray | None = None
) -> float:
    """Return the mean without the ``ratio`` largest and smallest values, by weight if given."""
    if weights is None:
        cut = int(len(values) * ratio)
        kept = np.sort(values)[cut : len(values) - cut]
        return float(kept.mean())
    return float(trimmed_means(values, ratio, weights[np.newaxis])[0])


def trimmed_means(values: np.ndarray, ratio: float, weights: np.ndarray) -> np.ndarray:
    """Return the trimmed mean (m,) of values (n,) under each of several weightings (m, n).

    None of the weightings may be nought throughout.
    """
    order = np.argsort(values)
    ends = np.cumsum(weights[:, order], axis=1, dtype=np.float64)
    ends /= ends[:, -1:]
    inside = np.diff(np.clip(ends, ratio, 1 - ratio), prepend=ratio, axis=1)
    return np.asarray((inside @ values[order]) / inside.sum(axis=1))


def outsourcing_scores(
    predicted: np.ndarray, actual: np.ndarray, weights: np.ndarray | None = None
) -> dict[str, float | None]:
    """Return ``outsourcing_success``, and precision and recall for outsourced operations.

    Args:
        predicted: (n,) bool.
        actual: (n,) bool.
        weights: (n,) how many operations each stands for; one each where nothing is said.
    """
    if not len(actual):
        return dict.fromkeys(["outsourcing_success", "outsourcing_precision", "outsourcing_recall"])
    right = predicted == actual

    def share(of: np.ndarray) -> float | None:
        return _mean(right[of], None if weights is None else weights[of]) if of.any() else None

    return {
        "outsourcing_success": _mean(right, weights),
        "outsourcing_precision": share(predicted),
        "outsourcing_recall": share(actual),
    }


def variation(minutes: np.ndarray, groups: np.ndarray) -> float | None:
    """Return the median over groups of standard deviation / mean: how noisy the plant is.

    Args:
        minutes: (n,) actual run minutes a piece of single reports.
        groups: (n,) integer group (item and operation) of each report.
    """
    if not len(minutes):
        return None
    count = np.bincount(groups)
    mean = np.bincount(groups, minutes) / np.maximum(count, 1)
    square = np.bincount(groups, minutes**2) / np.maximum(count, 1)
    enough = (count >= 3) & (mean > 0)
    if not enough.any():
        return None
    spread = np.sqrt(np.maximum(square - mean**2, 0) * count / np.maximum(count - 1, 1))
    return float(np.median(spread[enough] / mean[enough]))


def risk_coverage(confidence: np.ndarray, right: np.ndarray) -> dict[str, list[float]]:
    """Return the error among the most confident share of items, for shares 0.05 .. 1.0."""
    if not len(right):
        return {"coverage": [], "error": [], "limit": []}
    order = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[order].astype(bool))
    shares = np.arange(1, 21) / 20
    counts = np.maximum(1, np.round(shares * len(right)).astype(int))
    return {
        "coverage": shares.tolist(),
        "error": (wrong[counts - 1] / counts).tolist(),
        "limit": confidence[order][counts - 1].tolist(),
    }


def error_at_coverage(confidence: np.ndarray, right: np.ndarray, coverage: float) -> float | None:
    """Return the error among the most confident share of items."""
    if not len(right):
        return None
    order = np.argsort(-confidence, kind="stable")[: max(1, round(coverage * len(right)))]
    return float(1 - right[order].mean())


def gain_interval(
    challenger: np.ndarray, champion: np.ndarray, *, seed: int = 0, draws: int = 2000
) -> tuple[float, float] | None:
    """Return the 90 % paired-bootstrap interval of mean(challenger - champion) over items.

    Without any item there is nothing to compare: None.

    Source: Efron & Tibshirani, An Introduction to the Bootstrap, 1993, percentile interval.
    """
    differences = np.asarray(challenger, float) - np.asarray(champion, float)
    if not len(differences):
        return None
    rng = np.random.default_rng(seed)
    means = [
        differences[rng.integers(0, len(differences), len(differences))].mean()
        for _ in range(draws)
    ]
    low, high = np.quantile(means, [0.05, 0.95])
    return float(low), float(high)


def _mean(
    values: Sequence[bool] | Sequence[float] | np.ndarray, weights: np.ndarray | None = None
) -> float:
    return float(np.average(np.asarray(values, dtype=float), weights=weights))


def _median(values: np.ndarray, weights: np.ndarray | None = None) -> float:
    """Return the median; with weights, the least value that has half of the weight up to it."""
    if weights is None:
        return float(np.median(values))
    order = np.argsort(values)
    ends = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(ends, ends[-1] / 2)])


def edits(one: Jobs, other: Jobs) -> int:
    """Return the Damerau-Levenshtein distance between two sequences."""
    return int(DamerauLevenshtein.distance(one, other))
