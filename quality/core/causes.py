"""What has changed in the plant, by name: a slower resource, an empty column, a new value.

Reports since a day are compared with earlier reports of the same item and operation, so a shift is
the plant's and not the model's.  Columns of items that came since the training are compared with
the newest items that it had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from quality.core import drift
from quality.core.alerts import Rule, Severity, Signal
from training.core.reports import FAR_FROM_GROUP

FEWEST_PAIRS = 8
"""Pairs of item and operation under which nothing is said about a resource."""
SHIFT = 0.14
"""Logarithm of the ratio (15 %) from which a shift matters."""
CERTAIN = 4.0
"""Standard errors from nought that a shift must lie; there are some fifty resources every month."""
FEWEST_ITEMS = 10
FEWEST_NEW = 3
MOST_VALUES = 300
MISSING_MORE = 0.25
"""Rise of the share of missing values that matters."""


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


def plant_shifts(results: pd.DataFrame, since: np.datetime64) -> list[Shift]:
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


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column of new items beside the same column of items before.

    ``new_values`` counts the values that no item before has, the commonest first.
    """

    column: str
    missing: float
    missing_before: float
    psi: float | None
    jensen_shannon: float | None
    limit: float | None
    new_values: Mapping[str, int]


def column_change(column: str, now: Sequence[str], before: Sequence[str]) -> ColumnChange:
    """Compare a column; an empty text is a missing value.

    Values are compared only where they repeat themselves: a drawing number is always new.
    """
    missing, missing_before = (float(np.mean([not v for v in side])) for side in (now, before))
    filled_now, filled = [v for v in now if v], [v for v in before if v]
    values = sorted(set(filled))
    if not filled_now or not repeats(filled):
        return ColumnChange(column, missing, missing_before, None, None, None, {})
    counts = _counts(filled_now, values), _counts(filled, values)
    fresh = Counter(filled_now)
    for value in values:
        del fresh[value]
    return ColumnChange(
        column,
        missing,
        missing_before,
        psi=drift.psi(*counts),
        jensen_shannon=drift.jensen_shannon(*counts),
        limit=drift.psi_limit(counts[1].tolist(), len(filled_now)),
        new_values=dict(fresh.most_common()),
    )


def repeats(values: Sequence[str]) -> bool:
    """Return whether a column is one of a few values that come again and again."""
    distinct = len(set(values))
    return 0 < distinct <= MOST_VALUES and distinct * 2 <= len(values)


def shift_signals(shifts: Sequence[Shift]) -> list[Signal]:
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


def column_signals(
    columns: Sequence[ColumnChange], items: int, *, asked: bool = False
) -> list[Signal]:
    """Return what has changed in the columns of so many items, as causes that somebody can act on.

    That the shares of known values have moved is shown but raises nothing: orders come in bursts,
    and the shares of a month move by more than independent draws would.

    Args:
        columns: the columns.
        items: how many items were looked at.
        asked: whether planners asked for them, and not the ERP has them.
    """
    if items < FEWEST_ITEMS:
        return []
    about: dict[str, Any] = {"items": items, "asked": asked}
    found = []
    for one in columns:
        found += [*_emptied(one, items, about), *_new_values(one, items, about)]
    return found


def _emptied(one: ColumnChange, items: int, about: Mapping[str, Any]) -> list[Signal]:
    if one.missing - one.missing_before < MISSING_MORE or not _hardly_chance(one, items):
        return []
    return [
        Signal(
            Rule.MISSING,
            one.missing,
            one.missing_before + MISSING_MORE,
            one.column,
            severity=Severity.WARNING,
            details={**about, "before": one.missing_before},
        )
    ]


def _new_values(one: ColumnChange, items: int, about: Mapping[str, Any]) -> list[Signal]:
    return [
        Signal(
            Rule.NEW_VALUE,
            count / items,
            0.05,
            f"{one.column}={value}"[:200],
            severity=Severity.WARNING,
            details={**about, "column": one.column, "value": value, "count": count},
        )
        for value, count in one.new_values.items()
        if count >= max(FEWEST_NEW, 0.05 * items)
    ]


def _hardly_chance(one: ColumnChange, items: int) -> bool:
    share = max(one.missing_before, 1 / items)
    error = float(np.sqrt(share * (1 - share) / items))
    return one.missing - one.missing_before >= CERTAIN * error


def _counts(values: Sequence[str], names: Sequence[str]) -> np.ndarray:
    """Count each name, and what has none last."""
    places = {name: place for place, name in enumerate(names)}
    codes = [places.get(value, len(names)) for value in values]
    return np.bincount(codes, minlength=len(names) + 1)
