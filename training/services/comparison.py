"""A version beside another one, from what their backtests have kept item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from registry import selectors, store
from registry.core.errors import RoutingMLError
from registry.core.model import RoutingModel
from training.core import backtest
from training.core import comparison as core
from training.core.comparison import Comparison

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registry.core.progress import Progress
    from registry.models import ModelVersion
    from training.core.backtest import Backtest
    from training.core.comparison import PerItem

PER_ITEM = "per_item"


def with_champion(tested: Backtest, name: str, progress: Progress) -> Comparison | None:
    """Compare what was just measured with the active version; None where there is nothing to.

    Args:
        tested: the backtest of what was trained.
        name: of what was trained.
        progress: told how far the asking is.

    Raises:
        Cancelled: when ``progress`` asks to stop.
    """
    champion, mine = selectors.champion(), tested.figures.get(PER_ITEM)
    if champion is None or not mine or tested.sampled is None:
        return None
    try:
        before = kept(champion)
        model = RoutingModel.from_states(store.read(champion.name, champion.manifest_digest)[1])
    except RoutingMLError:
        return None  # a champion whose files are gone is found by those who load it
    codes = [str(code) for code in tested.sampled.raw.codes]
    known = {code for code in codes if model.routings_of(code)}
    asked = backtest.ask_again(model, tested.sampled, tested.family, progress)
    theirs, ways = core.unseen(before, asked, known)
    return core.compare(
        mine,
        theirs,
        version=name,
        champion=champion.name,
        least_gain=_least_gain(),
        ways=ways,
    )


def kept(version: ModelVersion) -> Sequence[PerItem]:
    """Return what a version's backtest got wrong, item by item; empty where it kept nothing."""
    figures = store.figures(version.name, version.manifest_digest)
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
