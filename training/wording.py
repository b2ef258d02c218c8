"""What people read about the ways to learn times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from training.core.specs import BASELINE, BOOSTING, MLP, STACKING

if TYPE_CHECKING:
    from collections.abc import Mapping

CANDIDATES = {
    BOOSTING: _("Boosted trees, the present way"),
    BASELINE: _("What the nearest items took"),
    MLP: _("A neural network"),
    STACKING: _("Several at once, weighed (compared only)"),
}


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
