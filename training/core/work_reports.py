"""What the shop really needed: work reports cleaned of typing errors and summed up robustly.

A single report is noisy and may be a typing error: zero, ten or sixty times too long, a quantity of
nought.  A report is judged first against its operation's usual ratio of actual to standard time,
then against the other reports of the same item and operation.  What fails is counted and left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from registry.core.metrics import variation

FAR_FROM_STANDARD = 1.6
"""Log distance from the usual ratio to standard from which a report is an error (5 times)."""
FAR_WITHOUT_STANDARD = 3.5
"""The same where no standard exists: only the operation's own median can be compared with."""
FAR_FROM_GROUP = 1.2
"""Log distance from the median of the same item and operation (3.3 times), from 3 reports."""


@dataclass(frozen=True, slots=True)
class Centres:
    """Robust centre of the logarithm and number of reports for each key; NaN and 0 without any.

    ``rejected`` counts the reports set aside; ``variation`` is the ``cv`` of those kept.
    """

    log: np.ndarray
    count: np.ndarray
    rejected: int
    variation: float | None


def robust_centres(
    minutes: np.ndarray, key: np.ndarray, job: np.ndarray, standard: np.ndarray, keys: int
) -> Centres:
    """Sum up reports by key.

    Args:
        minutes: (n,) reported minutes; NaN is unknown.
        key: (n,) item-and-operation number of each report.
        job: (n,) operation number of each report.
        standard: (n,) standard minutes of the same, NaN or 0 when there is none.
        keys: number of keys.
    """
    # Sums of floats depend on their order, and a view gives its rows in any.
    order = np.lexsort((minutes, key))
    minutes, key, job, standard = minutes[order], key[order], job[order], standard[order]
    reported = np.isfinite(minutes)
    usable = reported & (minutes > 0)
    rejected = int((reported & ~usable).sum())
    logs, key, job, standard = (
        np.log(minutes[usable]), key[usable], job[usable], standard[usable],
    )  # fmt: skip
    near = _near_standard(logs, job, standard)
    rejected += int((~near).sum())
    logs, key = logs[near], key[near]
    median, count = _median_by(key, logs, keys)
    near = (count[key] < 3) | (np.abs(logs - median[key]) <= FAR_FROM_GROUP)
    rejected += int((~near).sum())
    logs, key = logs[near], key[near]
    count = np.bincount(key, minlength=keys)
    total = np.bincount(key, logs, minlength=keys)
    centre = np.where(count > 0, total / np.maximum(count, 1), np.nan)
    return Centres(centre, count, rejected, variation(np.exp(logs), key))


def _near_standard(logs: np.ndarray, job: np.ndarray, standard: np.ndarray) -> np.ndarray:
    jobs = int(job.max()) + 1 if len(job) else 0
    known = np.isfinite(standard) & (standard > 0)
    ratio = logs - np.log(np.where(known, standard, 1.0))
    usual, _ = _median_by(job[known], ratio[known], jobs)
    own, _ = _median_by(job, logs, jobs)
    far = np.where(known, FAR_FROM_STANDARD, FAR_WITHOUT_STANDARD)
    distance = np.where(known, np.abs(ratio - usual[job]), np.abs(logs - own[job]))
    return np.asarray(distance <= far)


def _median_by(group: np.ndarray, values: np.ndarray, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the (lower) median and size of each group."""
    order = np.lexsort((values, group))
    count = np.bincount(group, minlength=groups)
    start = np.concatenate([[0], np.cumsum(count)[:-1]]).astype(np.int64)
    middle = start + np.maximum(count - 1, 0) // 2
    median = np.full(groups, np.nan)
    some = count > 0
    median[some] = values[order][middle[some]]
    return median, count
