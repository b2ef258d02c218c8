"""A version beside another one, from what their backtests have kept item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registry import selectors, store
from registry.core.errors import RoutingMLError
from training.core import comparison as core
from training.core.comparison import Comparison

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registry.models import ModelVersion
    from training.core.comparison import PerItem

PER_ITEM = "per_item"


def compare(version: ModelVersion, champion: ModelVersion) -> Comparison:
    """Compare two registered versions on the items that neither had seen.

    Raises:
        VersionMissing, VersionTampered, VersionIncompatible: when one cannot be read.
    """
    return core.compare(
        kept(version),
        kept(champion),
        version=version.name,
        champion=champion.name,
        least_gain=_least_gain(),
    )


def with_champion(figures: Mapping[str, Any], name: str) -> Comparison | None:
    """Compare a training's figures with the active version; None where there is nothing to.

    Args:
        figures: of the training, what it got wrong item by item included.
        name: of what was trained.
    """
    champion, mine = selectors.champion(), per_item(figures)
    if champion is None or not mine:
        return None
    try:
        before = kept(champion)
    except RoutingMLError:
        return None  # a champion whose files are gone is found by those who load it
    return core.compare(
        mine, before, version=name, champion=champion.name, least_gain=_least_gain()
    )


def kept(version: ModelVersion) -> Sequence[PerItem]:
    """Return what a version's backtest got wrong, item by item; empty where it kept nothing."""
    return per_item(store.figures(version.name, version.manifest_digest))


def per_item(figures: Mapping[str, Any]) -> Sequence[PerItem]:
    """Return the figures of single items among a version's figures."""
    return (figures.get("backtest") or {}).get(PER_ITEM) or []


def without_items(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures for a database row and a page: those of single items stay in the folder."""
    tested = figures.get("backtest")
    if not tested:
        return dict(figures)
    kept = {name: value for name, value in tested.items() if name != PER_ITEM}
    return {**figures, "backtest": kept}


def _least_gain() -> float:
    return selectors.iter_training().training.least_improvement
