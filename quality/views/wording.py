"""Figures and alerts in the reader's words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from quality.core.alerts import Rule
from quality.core.evaluation import SMALL
from quality.core.sampling import Strategy
from registry import numbers
from training import wording as training_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from quality.models import Alert


class Unit(Enum):
    """What a figure counts."""

    SHARE = "share"
    MINUTES = "minutes"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class Figure:
    """How a figure is called and written; ``limit`` names its threshold.

    One that is ``optional`` is left out where there is nothing to measure, and no fault.
    """

    name: str
    label: _StrPromise | str
    limit: str = ""
    unit: Unit = Unit.SHARE
    optional: bool = False

    def text(self, value: float | None) -> str:
        """Write a value with its unit."""
        if value is None:
            return _("not measurable")
        if self.unit is Unit.SHARE:
            return numbers.percent(value, 1)
        if self.unit is Unit.COUNT:
            return numbers.number(value)
        return _("%(number)s min") % {"number": numbers.number(value)}


FIGURES = (
    Figure("process_match", gettext_lazy("Operations right"), "process_match"),
    Figure("exact_match", gettext_lazy("Routings exactly right")),
    Figure("trim_mae", gettext_lazy("Typical error of run times"), "trim_mae", unit=Unit.MINUTES),
    Figure("mae", gettext_lazy("Mean error of run times"), "mae", unit=Unit.MINUTES),
    Figure("wape", gettext_lazy("Error of all minutes")),
    Figure("bias", gettext_lazy("Too long or too short")),
    Figure("interval_coverage", gettext_lazy("Times inside their interval")),
    Figure("cv", gettext_lazy("How noisy the plant itself is"), "cv"),
    Figure("adoption", gettext_lazy("Of each proposal, kept by planners"), optional=True),
    Figure(
        "edit_distance", gettext_lazy("Operations planners changed"), unit=Unit.COUNT, optional=True
    ),
)
GROUPED = tuple(one for one in FIGURES if one.name != "cv" and not one.optional)
"""Figures that a group of items has as well."""
FIGURE_RULES = (Rule.MAE, Rule.TRIM_MAE, Rule.PROCESS_MATCH, Rule.CV)
DIMENSIONS: dict[str, _StrPromise | str] = {
    "family": gettext_lazy("Item family"),
    "operation": gettext_lazy("Operation"),
    "resource": gettext_lazy("Resource"),
    "similarity": gettext_lazy("Similarity"),
    "confidence": gettext_lazy("Confidence"),
    "novelty": gettext_lazy("New or known"),
}

STRATEGIES: dict[str, _StrPromise | str] = {
    Strategy.RANDOM: gettext_lazy("drawn at random"),
    Strategy.STRATIFIED: gettext_lazy("drawn in proportion"),
    Strategy.RECENT_BIAS: gettext_lazy("rather the recent ones"),
}
GROUP_NAMES: dict[str, _StrPromise | str] = {
    SMALL: gettext_lazy("(small families)"),
    "new": gettext_lazy("came after the training"),
    "known": gettext_lazy("known to the version"),
}


def group_name(name: str) -> str:
    """Return what a group of items is called, most by their own name."""
    return str(GROUP_NAMES.get(name, name))


def retraining(stored: str) -> str:
    """Return which retraining a cycle asked for, and why; it keeps both as a few words."""
    asked = re.fullmatch(r"request (\d+): (.+)", stored)
    if asked is None:
        return stored
    why = ", ".join(training_words.label(name) for name in asked[2].split(", "))
    return _("Request %(number)s: %(why)s") % {"number": asked[1], "why": why}


def sentence(alert: Alert) -> str:
    """Say what an alert is about."""
    figures: Mapping[str, Any] = {
        "subject": alert.subject,
        "value": numbers.number(alert.value),
        "limit": numbers.number(alert.limit),
        "percent": numbers.percent(alert.value),
        "limit_percent": numbers.percent(alert.limit),
        **_details(alert),
    }
    rule = f"{alert.rule}_asked" if alert.details.get("asked") else alert.rule
    told = _SENTENCES.get(rule, lambda: "%(subject)s %(value)s")() % figures
    if alert.rule in FIGURE_RULES and alert.is_open and not _is_past(alert):
        told += " " + _("It is back within its threshold, but not clearly yet.")
    return told


def _is_past(alert: Alert) -> bool:
    """Return whether the figure is still on the wrong side of its threshold."""
    if alert.rule == Rule.PROCESS_MATCH:
        return alert.value < alert.limit
    return alert.value > alert.limit


def _details(alert: Alert) -> dict[str, Any]:
    told = alert.details
    change = float(told.get("change", 0.0))
    return {
        "way": _("slower") if change > 0 else _("faster"),
        "change": numbers.percent(abs(change)),
        "before": numbers.percent(float(told.get("before", 0.0))),
        "column": told.get("column", ""),
        "new_value": told.get("value", ""),
        "count": told.get("count", 0),
        "items": told.get("items", 0),
        "reports": told.get("reports", 0),
    }


_SENTENCES = {
    "mae": lambda: _("Run times are %(value)s min off on average; at most %(limit)s are allowed."),
    "trim_mae": lambda: _("Run times are typically %(value)s min off; at most %(limit)s allowed."),
    "process_match": lambda: _("%(percent)s of the operations are right; it should be at least "
                               "%(limit_percent)s."),
    "cv": lambda: _("The plant's own times vary by %(percent)s: no model can be better than that."),
    "samples": lambda: _("Too few operations could be measured to say anything about times."),
    "plant_shift": lambda: _("Resource %(subject)s has become %(change)s %(way)s "
                             "(%(reports)s reports)."),
    "model_error": lambda: _("Times are clearly worse than when the version was tested."),
    "missing": lambda: _("Column %(subject)s is empty in %(percent)s of the new items; "
                         "before, in %(before)s."),
    "new_value": lambda: _("%(column)s has a value that the version does not know: %(new_value)s "
                           "(%(count)s of %(items)s new items)."),
    "missing_asked": lambda: _("Planners leave %(subject)s empty in %(percent)s of the items they "
                               "ask for; before, in %(before)s."),
    "new_value_asked": lambda: _("Planners ask for items with a value of %(column)s that the "
                                 "version does not know: %(new_value)s (%(count)s of %(items)s)."),
}  # fmt: skip
