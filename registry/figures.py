"""The figures of a version as people read them: named, formatted, compared, judged.

Reads ``metrics.json`` tolerantly: whatever is absent, null or not a number was not measurable,
which is a state of its own and never 0.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

NBSP = "\u00a0"
"""Keeps a number and its unit on one line."""
SAME_WITHIN = 0.0005
"""Differences below this vanish in the digits shown, so they are no difference."""


class Better(StrEnum):
    """Which way a figure improves."""

    HIGHER = "higher"
    LOWER = "lower"


class Verdict(StrEnum):
    """How a challenger's figure stands to the champion's."""

    BETTER = "better"
    WORSE = "worse"
    SAME = "same"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Figure:
    """A kind of figure: its key in ``metrics.json``, its name, and which way it improves.

    With a ``target``, the figure is best there, and ``better`` is about the distance from it.
    """

    key: str
    label: str | _StrPromise
    better: Better
    unit: str = "%"
    target: float | None = None

    def text(self, value: float | None) -> str:
        """Return the value with its unit, or that it is not measurable."""
        if value is None:
            return _("not measurable")
        if self.unit == "%":
            return f"{100 * value:.1f}{NBSP}%"
        minutes = _("min")  # by itself: texts inside an f-string are not found by makemessages
        return f"{value:.2f}{NBSP}{minutes}"

    def difference_text(self, difference: float | None) -> str:
        """Return a difference with its sign."""
        if difference is None:
            return _("not measurable")
        if self.unit == "%":
            points = pgettext("percentage", "points")
            return f"{100 * difference:+.1f}{NBSP}{points}"
        minutes = _("min")
        return f"{difference:+.2f}{NBSP}{minutes}"

    def badness(self, value: float) -> float:
        """Return a number that is the smaller the better the value is."""
        if self.target is not None:
            return abs(value - self.target)
        return value if self.better is Better.LOWER else -value

    def verdict(self, old: float | None, new: float | None) -> Verdict:
        """Return how ``new`` stands to ``old``."""
        if old is None or new is None:
            return Verdict.UNKNOWN
        loss = self.badness(new) - self.badness(old)
        if abs(loss) < SAME_WITHIN:
            return Verdict.SAME
        return Verdict.WORSE if loss > 0 else Verdict.BETTER


FIGURES = (
    Figure("exact_match", gettext_lazy("Right routing first"), Better.HIGHER),
    Figure("hit_at_5", gettext_lazy("Right routing among five"), Better.HIGHER),
    Figure("sequence_similarity", gettext_lazy("Likeness of the sequence"), Better.HIGHER),
    Figure("process_match", gettext_lazy("Operations right"), Better.HIGHER),
    Figure("wape", gettext_lazy("Error of run times"), Better.LOWER),
    Figure("trim_mae", gettext_lazy("Typical error a piece"), Better.LOWER, unit="min"),
    Figure("mape_median", gettext_lazy("Median error of run times"), Better.LOWER),
    Figure("bias", gettext_lazy("Run times too long or short"), Better.LOWER, target=0.0),
    Figure("interval_coverage", gettext_lazy("Actuals inside the 80 % interval"), Better.HIGHER,
           target=0.80),
    Figure("outsourcing_success", gettext_lazy("In-house or subcontract right"), Better.HIGHER),
)  # fmt: skip
TYPICAL_ERROR = next(figure for figure in FIGURES if figure.key == "trim_mae")
HEADLINE_KEYS = ("exact_match", "hit_at_5", "sequence_similarity", "wape", "interval_coverage")
HEADLINES = tuple(figure for figure in FIGURES if figure.key in HEADLINE_KEYS)

BASELINES: dict[str, str | _StrPromise] = {
    "onehot_nearest": gettext_lazy("copy of the nearest item"),
    "group_commonest": gettext_lazy("commonest routing of the group"),
    "plant_commonest": gettext_lazy("commonest routing of the plant"),
    "predecessor": gettext_lazy("the former program's way"),
    "boosting": gettext_lazy("gradient boosting"),
}

FACTS: dict[str, str | _StrPromise] = {
    "items": gettext_lazy("Items"),
    "routed_items": gettext_lazy("Items with a routing"),
    "routings": gettext_lazy("Routings"),
    "distinct_sequences": gettext_lazy("Distinct sequences"),
    "operations": gettext_lazy("Operations"),
    "operation_codes": gettext_lazy("Operation codes"),
    "work_results": gettext_lazy("Work results"),
    "cv": gettext_lazy("How noisy the plant itself is"),
}
"""What a training writes down about its data; libraries keep their own names."""


def baseline_name(key: str) -> str:
    """Return what people call a baseline."""
    return str(BASELINES.get(key, key.replace("_", " ")))


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure of one version, beside the best simple baseline on the same items."""

    figure: Figure
    value: float | None
    baseline: str
    baseline_value: float | None

    @property
    def text(self) -> str:
        """The value as people read it."""
        return self.figure.text(self.value)

    @property
    def baseline_short(self) -> str:
        """The baseline's value alone."""
        return self.figure.text(self.baseline_value)

    @property
    def baseline_text(self) -> str:
        """The baseline's value as people read it, empty when there is none to compare with."""
        if self.baseline_value is None:
            return ""
        return f"{self.figure.text(self.baseline_value)} ({baseline_name(self.baseline)})"

    @property
    def verdict(self) -> Verdict:
        """How the model stands to that baseline."""
        return self.figure.verdict(self.baseline_value, self.value)


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of a champion and a challenger."""

    figure: Figure
    champion: float | None
    challenger: float | None

    @property
    def verdict(self) -> Verdict:
        """How the challenger stands to the champion."""
        return self.figure.verdict(self.champion, self.challenger)

    @property
    def champion_text(self) -> str:
        """The champion's value as people read it."""
        return self.figure.text(self.champion)

    @property
    def challenger_text(self) -> str:
        """The challenger's value as people read it."""
        return self.figure.text(self.challenger)

    @property
    def difference_text(self) -> str:
        """What changes, with its sign."""
        if self.champion is None or self.challenger is None:
            return self.figure.difference_text(None)
        return self.figure.difference_text(self.challenger - self.champion)


@dataclass(frozen=True, slots=True)
class BesideRow:
    """One figure: the model's, judged against the best baseline, and each baseline's as text."""

    model: Measured
    baselines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Beside:
    """The table of a version beside all its baselines."""

    names: Sequence[str]
    rows: Sequence[BesideRow]


def number(metrics: Any, *path: str) -> float | None:
    """Return the number at ``path``, None when there is none to be had."""
    for step in path:
        metrics = metrics.get(step) if isinstance(metrics, Mapping) else None
    if isinstance(metrics, bool) or not isinstance(metrics, int | float):
        return None
    return float(metrics) if math.isfinite(metrics) else None


def measured(metrics: Any, figure: Figure) -> Measured:
    """Return one figure of a version beside the baseline that does best in it."""
    baselines = _baselines(metrics)
    values = {
        key: value for key in baselines if (value := number(baselines, key, figure.key)) is not None
    }
    best = min(values, key=lambda key: figure.badness(values[key]), default="")
    return Measured(
        figure, number(metrics, "backtest", "model", figure.key), best, values.get(best)
    )


def table(metrics: Any) -> list[Measured]:
    """Return every figure of a version beside its best baseline."""
    return [measured(metrics, figure) for figure in FIGURES]


def beside_baselines(metrics: Any) -> Beside:
    """Return every figure of a version beside the same figure of every baseline."""
    baselines = _baselines(metrics)
    rows = [
        BesideRow(
            measured(metrics, figure),
            [figure.text(number(baselines, key, figure.key)) for key in baselines],
        )
        for figure in FIGURES
    ]
    return Beside([baseline_name(key) for key in baselines], rows)


def headlines(metrics: Any) -> list[Measured]:
    """Return the few figures that lists show."""
    return [measured(metrics, figure) for figure in HEADLINES]


def beaten_by_baseline(metrics: Any) -> list[Measured]:
    """Return the figures in which a simple baseline does better than the model."""
    return [entry for entry in table(metrics) if entry.verdict is Verdict.WORSE]


def compare(champion: Any, challenger: Any) -> list[Compared]:
    """Return every figure of two versions side by side."""
    return [
        Compared(
            figure,
            number(champion, "backtest", "model", figure.key),
            number(challenger, "backtest", "model", figure.key),
        )
        for figure in FIGURES
    ]


def period(metrics: Any) -> str:
    """Return the first and the last day of the backtest's items, empty when unknown."""
    backtest = metrics.get("backtest") if isinstance(metrics, Mapping) else None
    days = backtest.get("period") if isinstance(backtest, Mapping) else None
    if not isinstance(days, list) or len(days) != 2 or not all(days):
        return ""
    return " – ".join(str(day)[:10] for day in days)  # noqa: RUF001 -- from .. to, as printed


def measured_on(metrics: Any) -> tuple[float, str] | None:
    """Return on what a version was measured, items and days; None where it was not."""
    items = number(metrics, "backtest", "items")
    return (items, period(metrics)) if items else None


def verdict_beside(champion: str, metrics: Any) -> tuple[bool, Sequence[str]] | None:
    """Return whether a training found its version better than the one that was active, and why.

    Args:
        champion: the version it is to be held against; None where it was held against another.
        metrics: of the version.
    """
    told = metrics.get("comparison") if isinstance(metrics, Mapping) else None
    if not isinstance(told, Mapping) or told.get("champion") != champion or not told.get("overall"):
        return None
    return bool(told["verdict"]["wins"]), told["verdict"]["words"]


def facts(metrics: Any) -> list[tuple[str, str]]:
    """Return what else training wrote down, as label and text: time, memory, data, libraries."""
    found = [(_("Origin"), made)] if (made := origin(metrics)) else []
    seconds, megabytes = number(metrics, "duration_seconds"), number(metrics, "peak_memory_mb")
    if seconds is not None:
        found.append((_("Training took"), f"{seconds:,.0f} s"))
    if megabytes is not None:
        found.append((_("Most memory"), f"{megabytes:,.0f} MB"))
    for group in ("dataset", "libraries"):
        entries = metrics.get(group) if isinstance(metrics, Mapping) else None
        for name, value in entries.items() if isinstance(entries, Mapping) else ():
            if isinstance(value, str | int | float) and not isinstance(value, bool):
                found.append((str(FACTS.get(name, name)), _plain(value)))
    return found


def origin(metrics: Any) -> str:
    """Return from which full version an incremental one comes, empty for a full one."""
    told = metrics.get("incremental") if isinstance(metrics, Mapping) else None
    if not isinstance(told, Mapping):
        return ""
    full, added = told.get("full_version"), number(told, "added_since_full")
    return _("incremental, from %(full)s, +%(added)s items") % {
        "full": full,
        "added": "?" if added is None else f"{added:,.0f}",
    }


def _plain(value: str | float) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:,.4g}"


def recall(metrics: Any) -> float | None:
    """Return the measured share of true nearest items that the search finds."""
    return number(metrics, "recall", "at_50")


def _baselines(metrics: Any) -> Mapping[str, Any]:
    """Return the baselines' figures by key, empty when there are none."""
    for step in ("backtest", "baselines"):
        metrics = metrics.get(step) if isinstance(metrics, Mapping) else None
    return metrics if isinstance(metrics, Mapping) else {}
