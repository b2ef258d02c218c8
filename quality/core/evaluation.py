"""The figures of a cycle: overall and by group, each with its sample count and interval.

The definitions are those of ``registry.core.metrics``; this module only decides which operations
and items go in.  Intervals come from drawing items, not operations, again and again: operations of
one item err together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from quality.core.results import BOTH, ItemResult
from registry.core import metrics

DRAWS = 200
TAILS = (0.05, 0.95)
BANDS = (0.6, 0.8, 0.9)
"""Limits between the bands of similarity."""
LARGEST_GROUPS = 40
FEWEST_ITEMS = 5
"""Items of a family under which it is summed up with the other small ones."""
SMALL = "(small families)"

Figures = dict[str, Any]


class Operations:
    """The operations that proposal and truth share, of some items, as columns."""

    def __init__(self, items: Sequence[ItemResult]) -> None:
        shared = [
            (number, one)
            for number, item in enumerate(items)
            for one in item.operations
            if one.state == BOTH
        ]
        self.item = np.array([number for number, _ in shared], dtype=np.int64)
        self.weight = np.array([items[number].weight for number, _ in shared], dtype=float)
        self.job = np.array([one.job for _, one in shared], dtype=object)
        self.resource = np.array([one.resource or "" for _, one in shared], dtype=object)
        self.predicted = _column([one.predicted for _, one in shared])
        self.actual = _column([one.actual for _, one in shared])
        self.low = _column([one.low for _, one in shared])
        self.high = _column([one.high for _, one in shared])
        self.reports = np.array([one.reports for _, one in shared], dtype=np.int64)
        self.outsourced = np.array([one.outsourced for _, one in shared], dtype=bool)
        self.truly = np.array([one.truly_outsourced for _, one in shared], dtype=bool)
        self.timed = np.isfinite(self.predicted) & np.isfinite(self.actual) & (self.actual > 0)

    def times(self, rows: np.ndarray, trim: float) -> Figures:
        """Return the scores of the times at some rows (bool)."""
        scores: Figures = dict(
            metrics.time_scores(
                self.predicted[rows],
                self.actual[rows],
                self.low[rows],
                self.high[rows],
                self.weight[rows],
            )
        )
        timed = rows & self.timed
        if timed.any():
            errors = np.abs(self.predicted[timed] - self.actual[timed])
            scores["trim_mae"] = metrics.trimmed_mean(errors, trim, self.weight[timed])
        scores["sample_count"] = int(self.reports[timed].sum())
        return scores


def evaluate(
    items: Sequence[ItemResult],
    *,
    cv: float | None,
    trim: float = metrics.TRIM_RATIO,
    seed: int = 0,
) -> Figures:
    """Return ``overall``, ``groups`` and ``reliability`` of some items.

    Args:
        items: at least one item.
        cv: how noisy the plant itself is.
        trim: share of the errors cut from each tail.
        seed: of the intervals.
    """
    operations, family = Operations(items), families(items)
    overall = _scores(items, operations, trim, seed)
    overall["cv"] = cv
    overall |= metrics.outsourcing_scores(
        operations.outsourced, operations.truly, operations.weight
    )
    weights = [item.weight for item in items]
    left = [item.abstained for item in items]
    overall["abstention"] = float(np.average(left, weights=weights)) if items else None
    return {
        "overall": overall,
        "groups": {
            "family": _by_item(items, lambda item: family[item.code], trim, seed),
            "operation": _by_operation(operations, operations.job, len(items), trim, seed),
            "resource": _by_operation(operations, operations.resource, len(items), trim, seed),
            "similarity": _by_item(items, lambda item: band(item.similarity), trim, seed),
            "confidence": _by_item(items, lambda item: decile(item.confidence), trim, seed),
            "novelty": _by_item(items, lambda i: "new" if i.unseen else "known", trim, seed),
        },
        "reliability": reliability(items),
    }


def families(items: Sequence[ItemResult]) -> dict[str, str]:
    """Return the family of each item by its code; families too small to measure are one.

    A plant has hundreds of kinds of parts, and figures of one or two items say nothing.
    """
    counts = Counter(item.family or "-" for item in items)
    large = {name for name, _ in counts.most_common(LARGEST_GROUPS - 1)}
    large = {name for name in large if counts[name] >= min(FEWEST_ITEMS, len(items))}
    return {item.code: name if (name := item.family or "-") in large else SMALL for item in items}


def band(similarity: float) -> str:
    """Return the name of a similarity's band."""
    ends = [0.0, *BANDS, 1.0]
    place = int(np.searchsorted(BANDS, similarity, side="right"))
    return f"{ends[place]:.1f}-{ends[place + 1]:.1f}"


def decile(confidence: float) -> str:
    """Return the name of a confidence's tenth."""
    place = min(int(confidence * 10), 9)
    return f"{place / 10:.1f}-{(place + 1) / 10:.1f}"


def reliability(items: Sequence[ItemResult]) -> list[Figures]:
    """Return for each tenth of confidence how sure and how right the answers were."""
    measured = [item for item in items if item.valid]
    rows = []
    for place in range(10):
        name = decile(place / 10 + 0.05)
        inside = [item for item in measured if decile(item.confidence) == name]
        if not inside:
            continue
        right = sum(item.exact for item in inside)
        low, high = wilson(right, len(inside))
        rows.append(
            {
                "decile": name,
                "items": len(inside),
                "confidence": float(np.mean([item.confidence for item in inside])),
                "right": right / len(inside),
                "low": low,
                "high": high,
            }
        )
    return rows


def wilson(right: int, count: int, z: float = 1.645) -> tuple[float, float]:
    """Return the 90 % interval of a share (Wilson, 1927)."""
    share, square = right / count, z * z / count
    middle = (share + square / 2) / (1 + square)
    reach = z * np.sqrt(share * (1 - share) / count + square / (4 * count)) / (1 + square)
    return max(0.0, float(middle - reach)), min(1.0, float(middle + reach))


def _scores(items: Sequence[ItemResult], o: Operations, trim: float, seed: int) -> Figures:
    """Return sequence and time scores of items with their intervals."""
    scores: Figures = {"items": len(items)}
    weight = np.array([item.weight for item in items], dtype=float)
    scores |= metrics.sequence_scores([item.case for item in items], weights=weight)
    rows = np.ones(len(o.item), dtype=bool)
    scores |= o.times(rows, trim)
    measured = weight * np.array([bool(item.valid) for item in items], dtype=float)
    ratios = {
        "exact_match": (np.array([item.exact for item in items], dtype=float) * measured, measured),
        "process_match": (
            np.array([item.process_match for item in items], dtype=float) * measured,
            measured,
        ),
    }
    scores["intervals"] = intervals(o, rows, len(items), trim, seed, ratios)
    return scores


def _by_item(
    items: Sequence[ItemResult], name: Callable[[ItemResult], str], trim: float, seed: int
) -> dict[str, Figures]:
    groups: dict[str, list[ItemResult]] = {}
    for item in items:
        groups.setdefault(name(item), []).append(item)
    chosen = sorted(groups, key=lambda key: (-len(groups[key]), key))[:LARGEST_GROUPS]
    return {
        key: _scores(groups[key], Operations(groups[key]), trim, seed) for key in sorted(chosen)
    }


def _by_operation(
    o: Operations, names: np.ndarray, items: int, trim: float, seed: int
) -> dict[str, Figures]:
    """Return the scores of times by a column of the operations, the most frequent values."""
    values, counts = np.unique(names.astype(str), return_counts=True)
    order = np.lexsort((values, -counts))[:LARGEST_GROUPS]
    groups: dict[str, Figures] = {}
    for name in sorted(str(values[place]) for place in order.tolist()):
        rows = np.asarray(names == name)
        scores = o.times(rows, trim)
        scores["items"] = len(np.unique(o.item[rows]))
        scores["intervals"] = intervals(o, rows, items, trim, seed, {})
        groups[name or "-"] = scores
    return groups


def intervals(
    o: Operations,
    rows: np.ndarray,
    items: int,
    trim: float,
    seed: int,
    ratios: dict[str, tuple[np.ndarray, np.ndarray]],
) -> dict[str, list[float]]:
    """Return the 90 % bootstrap interval of each figure, drawing whole items.

    Args:
        o: the operations.
        rows: (operations,) which of them count.
        items: how many items there are.
        trim: share of the errors cut from each tail.
        seed: of the draws.
        ratios: further figures as sums (items,) above sums (items,).
    """
    timed = rows & o.timed
    error = o.predicted[timed] - o.actual[timed]
    actual, owner, weight = o.actual[timed], o.item[timed], o.weight[timed]
    inside = (actual >= o.low[timed]) & (actual <= o.high[timed])

    def summed(values: np.ndarray) -> np.ndarray:
        return np.bincount(owner, values * weight, minlength=items)

    count = summed(np.ones(len(owner)))
    sums = dict(ratios) | {
        "mae": (summed(np.abs(error)), count),
        "rmse": (summed(error**2), count),
        "wape": (summed(np.abs(error)), summed(actual)),
        "bias": (summed(error), summed(actual)),
        "interval_coverage": (summed(inside), count),
    }
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(items, np.full(items, 1 / max(items, 1)), size=DRAWS)
    found = {}
    for name, (above, below) in sums.items():
        total = drawn @ below
        values = (drawn @ above)[total > 0] / total[total > 0]
        found[name] = _tails(np.sqrt(values) if name == "rmse" else values)
    found["trim_mae"] = _tails(_trimmed(np.abs(error), owner, drawn, weight, trim))
    return {name: ends for name, ends in found.items() if ends}


def _trimmed(
    errors: np.ndarray, owner: np.ndarray, drawn: np.ndarray, weight: np.ndarray, trim: float
) -> np.ndarray:
    heavy = drawn[:, owner] * weight
    return metrics.trimmed_means(errors, trim, heavy[heavy.any(axis=1)])


def _tails(values: np.ndarray) -> list[float]:
    return [float(end) for end in np.quantile(values, TAILS)] if len(values) else []


def _column(values: Sequence[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=float)
