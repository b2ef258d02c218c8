"""A version beside another one, from what their backtests have kept item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from registry import selectors, store
from registry.core.errors import RoutingMLError
from registry.core.model import RoutingModel
from registry.core.progress import span
from training.core import backtest, splits, trainer
from training.core import comparison as core
from training.core.comparison import Comparison, Way
from training.core.dataset import TrainingSet
from training.core.specs import TrainingSpec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from registry.core.progress import Progress
    from registry.models import ModelVersion
    from training.core.backtest import Backtest
    from training.core.comparison import PerItem

PER_ITEM = "per_item"
LEAST_LEFT = 0.5
"""Share of a version's items that a stand-in for it must be able to learn from."""


def with_champion(
    tested: Backtest, data: TrainingSet, share: float, progress: Progress
) -> Comparison | None:
    """Compare what was just measured with the active version; None where there is nothing to.

    Args:
        tested: the backtest of what was trained.
        data: what it was trained on.
        share: the newest share of items, which the backtest has held out.
        progress: told how far the asking is.

    Raises:
        Cancelled: when ``progress`` asks to stop.
    """
    champion, mine, sampled = selectors.champion(), tested.figures.get(PER_ITEM), tested.sampled
    if champion is None or not mine or sampled is None:
        return None
    progress.report(0.0, f"opening {champion.name}")
    try:
        before, way = kept(champion), Way.KEPT
        model = RoutingModel.from_states(store.read(champion.name, champion.manifest_digest)[1])
    except RoutingMLError:
        return None  # a champion whose files are gone is found by those who load it
    learned = {str(model.item_codes[row]) for row in model.base.library.routed.tolist()}
    is_known = np.array([str(code) in learned for code in sampled.raw.codes], dtype=bool)
    asked = backtest.ask_again(
        model, sampled.take(np.flatnonzero(~is_known)), tested.family, span(progress, 0.0, 0.2)
    )
    if not before and is_known.any():
        way = Way.STOOD_IN
        newest = [str(data.raw.codes[row]) for row in splits.newest(data.library, share)]
        stand_in = _stand_in(champion, model, newest, span(progress, 0.2, 0.9))
        if stand_in is not None:
            known = sampled.take(np.flatnonzero(is_known))
            before = backtest.ask_again(stand_in, known, tested.family, span(progress, 0.9, 1.0))
    progress.report(1.0, f"comparing with {champion.name}")
    codes = {str(code) for code in np.array(sampled.raw.codes, dtype=object)[is_known]}
    theirs, ways = core.unseen(asked, [one for one in before if one["code"] in codes], way)
    return core.compare(mine, theirs, champion=champion.name, least_gain=_least_gain(), ways=ways)


def _stand_in(
    champion: ModelVersion, model: RoutingModel, held_out: Sequence[str], progress: Progress
) -> RoutingModel | None:
    """Learn as a version did, from what it has kept of the plant, without some of its items.

    The plant as it was then: a version must not be lent what has changed since.  None when most of
    what it had learned from is left out: the stand-in would not be like it any more.

    Args:
        champion: the version.
        model: the same, opened.
        held_out: codes of the items that it may not have seen.
        progress: told how far the learning is.
    """
    base = model.base
    then = TrainingSet(base.raw, base.encoder.attributes, base.library)
    rows = (base.raw.book.row(code) for code in held_out)
    left = splits.others(
        base.library, np.array([row for row in rows if row is not None], dtype=int)
    )
    data = then.take(left)
    had, has = len(base.library.routed), len(data.library.routed)
    if has < max(backtest.MIN_ITEMS, LEAST_LEFT * had):
        return None
    told = champion.metrics.get("spec")
    spec = TrainingSpec.from_json(told) if told else TrainingSpec()
    return trainer.fit(data, spec, progress)


def kept(version: ModelVersion) -> Sequence[PerItem]:
    """Return what a version's backtest got wrong, item by item; empty where it kept nothing."""
    figures = store.figures(version.name, version.manifest_digest)
    return (figures.get("backtest") or {}).get(PER_ITEM) or []


def without_items(figures: Mapping[str, Any]) -> dict[str, Any]:
    """Return figures for a database row and a page: those of single items stay in the folder."""
    tested = figures.get("backtest")
    if not tested:
        return dict(figures)
    return {**figures, "backtest": {name: tested[name] for name in tested if name != PER_ITEM}}


def _least_gain() -> float:
    return selectors.iter_training().training.least_improvement
