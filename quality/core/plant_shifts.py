"""Which resources have become slower or faster.

Reports since a day are compared with earlier reports of the same item and operation, so a shift is
the plant's and not the model's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from quality.core.alerts import Rule, Signal
from training.core.work_reports import FAR_FROM_GROUP

FEWEST_PAIRS = 8
"""Pairs of item and operation under which nothing is said about a resource."""
SHIFT = 0.14
"""Logarithm of the ratio (15 %) from which a shift matters."""
CERTAIN = 4.0
"""Standard errors from nought that a change must lie; every month has some fifty resources."""


@dataclass(frozen=True, slots=True)
class Shift:
    """How reported times of a resource have changed: 0.3 is 30 % slower than before."""

    resource: str
    change: float
    certainty: float
    pairs: int
    reports: int

    @property
    def is_real(self) -> bool:
        """Whether it is large, and hardly chance."""
        size = abs(np.log1p(self.change))
        return size >= SHIFT and self.certainty >= CERTAIN and self.pairs >= FEWEST_PAIRS


def found_in(results: pd.DataFrame, since: np.datetime64) -> list[Shift]:
    """Compare reports since a day with earlier ones of the same item and operation, by resource.

    Args:
        results: work results under canonical names.
        since: the first moment that counts as now.
    """
    known = results["RUN_MINUTES"].gt(0) & results["RES_CD"].notna() & results["REPORT_DT"].notna()
    table = results[known]
    if table.empty:
        return []
    table = table.assign(log=np.log(table["RUN_MINUTES"].to_numpy(dtype=float)))
    is_now = (table["REPORT_DT"] >= since).to_numpy()
    keys = ["ITEM_CD", "JOB_CD"]
    before = table[~is_now].groupby(keys)["log"].agg(["median", "size"])
    joined = table[is_now].join(before, on=keys, how="inner")
    if joined.empty:
        return []
    change = joined["log"] - joined["median"]
    joined = joined.assign(change=change)[change.abs() <= FAR_FROM_GROUP]
    pairs = joined.groupby(["RES_CD", *keys])["change"].agg(["median", "size"]).reset_index()
    usual = float(pairs["median"].std(ddof=1)) if len(pairs) > 1 else np.inf
    found = []
    for resource, rows in pairs.groupby("RES_CD"):
        values = rows["median"].to_numpy(dtype=float)
        own = float(values.std(ddof=1)) if len(values) > 1 else np.inf
        error = max(own, usual, 1e-9) / np.sqrt(len(values))  # a few may be alike by chance
        middle = float(np.median(values))
        found.append(
            Shift(
                str(resource),
                float(np.expm1(middle)),
                abs(middle) / error if np.isfinite(error) else 0.0,
                len(values),
                int(rows["size"].sum()),
            )
        )
    return sorted(found, key=lambda shift: (-shift.certainty, shift.resource))


def signals_of(shifts: Sequence[Shift]) -> list[Signal]:
    """Return the resources whose times have changed."""
    return [
        Signal(
            Rule.PLANT_SHIFT,
            abs(shift.change),
            float(np.expm1(SHIFT)),
            subject=shift.resource,
            details={"change": shift.change, "reports": shift.reports, "pairs": shift.pairs},
        )
        for shift in shifts
        if shift.is_real
    ]
