"""What a cycle sees of the plant itself: slower resources, empty columns, wrong standards."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from quality.core import column_changes, master_data, plant_shifts
from quality.core.alerts import Rule, Signal
from quality.models import QualityCycle
from quality.services import inputs
from registry import selectors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prediction.loader import LoadedModel
    from quality.core.column_changes import ColumnChange
    from quality.core.plant_shifts import Shift
    from quality.services.inputs import Asked
    from quality.services.shop import Shop
    from registry.core.items import RawItems
    from training.core.dataset import TrainingSet

COMPARED = 500
"""Newest items of the version that new items are compared with."""
FEWEST_NEW = 50
"""Items that came since the training which are looked at, where fewer came within the window."""
SHOWN_SHIFTS = 12
WORSE = 1.5
"""How many times its backtest's error a version may have before its times have got worse."""


@dataclass(frozen=True)
class Findings:
    """What was seen, and what of it is worth an alert."""

    shifts: tuple[Shift, ...]
    columns: tuple[ColumnChange, ...]
    new_items: int
    asked: Asked
    missing: dict[str, float]
    audit: dict[str, Any]
    signals: tuple[Signal, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as a cycle keeps it."""
        return {
            "shifts": [asdict(one) for one in self.shifts[:SHOWN_SHIFTS]],
            "columns": [asdict(one) for one in self.columns],
            "new_items": self.new_items,
            "asked": asdict(self.asked),
            "missing": self.missing,
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
        results: the work results of the sample and of the items that are watched.
        overall: the figures of the cycle.
        day: now; where the newest report is older, its day counts.
        window_days: how long ago "now" begins.
    """
    shifts: list[Shift] = []
    newest = results["REPORT_DT"].max()
    if newest == newest:  # not NaT
        now = min(pd.Timestamp(day), newest)
        since = now - pd.Timedelta(days=window_days)
        shifts = plant_shifts.found_in(results, since.to_datetime64())
    texts = _newest_texts(loaded, around, day - np.timedelta64(window_days, "D"))
    columns: tuple[ColumnChange, ...] = ()
    if texts.new_items >= column_changes.FEWEST_ITEMS:
        columns = column_changes.changes(loaded.model, texts.new, texts.before)
    asked = inputs.asked(loaded, texts.before, day, window_days)
    signals = {
        signal.key: signal
        for signal in (
            *column_changes.signals_of(asked.judged, asked.items, asked=True),
            *column_changes.signals_of(columns, texts.new_items),  # the same in the ERP says more
        )
    }
    return Findings(
        tuple(shifts),
        columns,
        texts.new_items,
        asked,
        _missing(texts),
        _audit(loaded),
        (*plant_shifts.signals_of(shifts), *signals.values(), *_model_error(loaded, overall)),
    )


@dataclass(frozen=True)
class _Texts:
    """Columns of the items that came since, and of the newest ones that the version had.

    Both stand in the order in which they came.
    """

    new: dict[str, list[str]]
    before: dict[str, list[str]]
    new_items: int


def _newest_texts(loaded: LoadedModel, around: Shop, since: np.datetime64) -> _Texts:
    base = loaded.model.base
    new = _came_lately(around.new, since) if around.new else None
    count = len(new) if new else 0
    routed = base.library.routed
    rows = routed[_newest(base.library.arrays["age"][routed], max(COMPARED, count))]
    before = column_changes.texts_of(base.raw.take(rows), loaded.model)
    return _Texts(column_changes.texts_of(new, loaded.model) if new else {}, before, count)


def _came_lately(new: TrainingSet, since: np.datetime64) -> RawItems:
    """Return what came within the window, or a few more: what came long ago is known by now."""
    ages = new.library.arrays["age"]
    lately = int((ages >= since.astype("datetime64[D]").astype(int)).sum())
    return new.raw.take(_newest(ages, max(lately, FEWEST_NEW)))


def _newest(ages: np.ndarray, count: int) -> np.ndarray:
    """Return the places of the last that came, in that order; of unknown age is old."""
    order = np.argsort(np.nan_to_num(ages.astype(float), nan=-np.inf), kind="stable")
    return order[max(len(order) - count, 0) :]


def _missing(texts: _Texts) -> dict[str, float]:
    """Return the share of missing values of each column in the newest items that there are."""
    shares = {}
    for name, before in sorted(texts.before.items()):
        newest = [*before, *texts.new.get(name, [])][-COMPARED:]
        shares[name] = sum(not value for value in newest) / max(len(newest), 1)
    return shares


def _audit(loaded: LoadedModel) -> dict[str, Any]:
    """Return the look at the master data, worked out once a version."""
    done = QualityCycle.objects.finished().filter(model_version=loaded.name).first()
    kept = done.findings.get("audit") if done else None
    return kept or master_data.audit(loaded.model)


def _model_error(loaded: LoadedModel, overall: Mapping[str, Any]) -> list[Signal]:
    """Hold the error of all minutes against the version's own backtest."""
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
