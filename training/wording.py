"""What people read about the ways to learn times, and about what speaks for a retraining."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from registry import figures, iter_texts, numbers

if TYPE_CHECKING:
    from collections.abc import Mapping

CANDIDATES = iter_texts.WORDS["training.candidates"]


FIGURES = {each.key: each for each in figures.FIGURES}
EVIDENCE = {
    "cycle": _("Quality cycle"),
    "version": _("Version"),
    "month": _("Month"),
    "mae": _("Mean error, min"),
    "plant_shift": _("Pace of resource"),
    "new_value": _("New value in column"),
    "events": _("Drift events"),
    "similarity": _("Likeness of the nearest items moved by"),
    "confidence": _("Confidence moved by"),
    **{name: each.label for name, each in FIGURES.items()},
}
"""What a request for a retraining rests on, by its name; some names go on with a subject."""
DRIFT_REASONS = {
    "severe": _("The answers have moved severely."),
    "events": _("Five or more drift events within seven days."),
    "error": _("The times no longer fit what the shop reports."),
}


def evidence(told: Mapping[str, Any]) -> list[str]:
    """Return what speaks for a retraining, in words."""
    why = [str(DRIFT_REASONS.get(code, code)) for code in told.get("why", "").split(", ") if code]
    return why + [_evidence(name, value) for name, value in told.items() if name != "why"]


def label(name: str) -> str:
    """Return what a piece of evidence is called, and about what it is."""
    known, _space, subject = name.partition(" ")
    return f"{EVIDENCE.get(known, known)} {subject}".strip()


def _evidence(name: str, value: Any) -> str:
    known = name.partition(" ")[0]
    if not isinstance(value, dict):
        return f"{label(name)}: {_written(known, value)}"
    return gettext("%(label)s: %(value)s, limit %(limit)s") % {
        "label": label(name),
        "value": _written(known, value.get("value")),
        "limit": _written(known, value.get("limit")),
    }


def _written(name: str, value: Any) -> str:
    if value is None or name in FIGURES:
        return FIGURES.get(name, figures.TYPICAL_ERROR).text(value)
    return numbers.number(value) if isinstance(value, float) else str(value)


def named(compared: Mapping[str, Any]) -> dict[str, Any]:
    """Return a comparison of candidates with what people call each of them."""
    if not compared.get("results"):
        return dict(compared)
    results = {
        name: each | {"label": CANDIDATES.get(name, name)}
        for name, each in compared["results"].items()
    }
    labels = {f"{key}_label": CANDIDATES.get(compared[key]) for key in ("best", "chosen")}
    return {**compared, **labels, "results": results}
