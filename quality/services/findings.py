"""What a cycle sees of the plant itself: slower resources, empty columns, wrong standards."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quality.core import causes, census
from quality.core.alerts import Rule, Signal
from quality.models import QualityCycle
from training.core import splits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prediction.loader import LoadedModel
    from quality.core.causes import ColumnChange, Shift
    from quality.services.shop import Shop

COMPARED = 500
"""Newest items of the version that new items are compared with."""
SHOWN_SHIFTS = 12
WORSE = 1.5
"""How many times its backtest's error a version may have before its times have got worse."""


@dataclass(frozen=True)
class Findings:
    """What was seen, and what of it is worth an alert."""

    shifts: tuple[Shift, ...]
    columns: tuple[ColumnChange, ...]
    new_items: int
    audit: dict[str, Any]
    signals: tuple[Signal, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as a cycle keeps it."""
        return {
            "shifts": [asdict(one) for one in self.shifts[:SHOWN_SHIFTS]],
            "columns": [asdict(one) for one in self.columns],
            "new_items": self.new_items,
            "audit": self.audit,
        }


def collect(
    loaded: LoadedModel,
    around: Shop,
    results: pd.DataFrame,
    overall: Mapping[str, Any],
    day: np.datetime64,
    window_days: int,
) -> Findings:
    """Look at the plant.

    Args:
        loaded: the version.
        around: its items and those that came since.
        results: the work results of the sample.
        overall: the figures of the cycle.
        day: now; where the newest report is older, its day counts.
        window_days: how long ago "now" begins.
    """
    shifts: list[Shift] = []
    newest = results["REPORT_DT"].max()
    if newest == newest:  # not NaT
        now = min(pd.Timestamp(day), newest)
        since = now - pd.Timedelta(days=window_days)
        shifts = causes.plant_shifts(results, since.to_datetime64())
    columns = _columns(loaded, around)
    count = len(around.new.raw) if around.new else 0
    signals = causes.signals(shifts, columns, count)
    return Findings(
        tuple(shifts),
        tuple(columns),
        count,
        _audit(loaded),
        (*signals, *_model_error(loaded, overall)),
    )


def _columns(loaded: LoadedModel, around: Shop) -> list[ColumnChange]:
    """Compare the items that came since with the newest ones the version had."""
    if around.new is None or len(around.new.raw) < causes.FEWEST_ITEMS:
        return []
    base = loaded.model.base
    rows = splits.newest(base.library, 1.0, max(COMPARED, len(around.new.raw)))
    before = census.column_texts(base.raw.take(rows), loaded.model)
    now = census.column_texts(around.new.raw, loaded.model)
    return [causes.column_change(name, now[name], before[name]) for name in sorted(now)]


def _audit(loaded: LoadedModel) -> dict[str, Any]:
    """Return the look at the master data, worked out once a version."""
    done = QualityCycle.objects.finished().filter(model_version=loaded.name).first()
    kept = done.findings.get("audit") if done else None
    return kept or census.audit(loaded.model)


def _model_error(loaded: LoadedModel, overall: Mapping[str, Any]) -> list[Signal]:
    """Hold the error of all minutes against the version's own backtest."""
    from registry import selectors

    metrics = selectors.version_named(loaded.name).metrics
    tested = ((metrics.get("backtest") or {}).get("model") or {}).get("wape")
    ends = (overall.get("intervals") or {}).get("wape")
    if not tested or not ends:
        return []
    return [
        Signal(
            Rule.MODEL_ERROR,
            ends[0],
            WORSE * tested,
            details={"wape": overall["wape"], "backtest": tested},
        )
    ]
