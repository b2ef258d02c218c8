"""Two versions on the items that both were measured on without having seen them.

A backtest keeps what it got wrong for a sample of its items, chosen by their codes, so that two
backtests of much the same items have kept much the same sample.  A version that did not have an
item, or has kept no figures, is asked.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

from registry.core import metrics
from training.core.baseline_scores import MATCH, RUN_ERRORS
from training.core.verdict import LEAST_GAIN, Side, Verdict, judge

MOST_KEPT = 1000
"""Items of a backtest that comparisons can use."""
LEAST_IN_FAMILY = 5
"""Items under which a family has no line of its own."""

PerItem = Mapping[str, Any]
"""An item's ``code``, ``family``, ``match`` (process_match) and ``errors`` (minutes); of a backtest
also what the simple ways got wrong."""


class Way(StrEnum):
    """How a version's figures about an item came about that another one was asked about."""

    NEW = "new"
    """It had never had the item, and was asked."""
    KEPT = "kept"
    """Its own backtest had kept the figures."""
    STOOD_IN = "stood_in"
    """A stand-in was asked: a model with its settings, of its items without those asked about."""


@dataclass(frozen=True, slots=True)
class Line:
    """Figures of two versions and the simple ways on the same items.

    ``family`` is empty for all of them.
    """

    family: str
    items: int
    trim_mae: float | None
    trim_mae_before: float | None
    process_match: float
    process_match_before: float
    trim_mae_simple: float | None = None
    process_match_simple: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A version beside the one before it, overall and by family, and whether it wins.

    ``ways`` counts the items by how the figures of the one before came about.
    """

    champion: str
    overall: Line | None
    families: Sequence[Line]
    verdict: Verdict
    ways: Mapping[Way, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return what ``metrics.json`` and a job's result keep."""
        return {
            "champion": self.champion,
            "overall": asdict(self.overall) if self.overall else None,
            "families": [asdict(line) for line in self.families],
            "verdict": self.verdict.to_json(),
            "ways": {str(way): count for way, count in self.ways.items()},
        }


def sample(codes: Sequence[str], limit: int = MOST_KEPT) -> np.ndarray:
    """Return the places of items to keep: the same items whichever others stand beside them."""
    marks = np.array([zlib.crc32(code.encode()) for code in codes], dtype=np.int64)
    return np.sort(np.argsort(marks, kind="stable")[:limit])


def unseen(
    asked: Sequence[PerItem], known: Sequence[PerItem], way: Way
) -> tuple[list[PerItem], dict[Way, int]]:
    """Return the figures of a version about items, and how many came about in which way.

    Args:
        asked: what it was asked about now, because it had never had the items.
        known: of items that it had.
        way: how the figures of those came about.
    """
    ways = dict.fromkeys(Way, 0) | {Way.NEW: len(asked), way: len(known)}
    return [*asked, *known], ways


def compare(
    new: Sequence[PerItem],
    old: Sequence[PerItem],
    *,
    champion: str,
    least_gain: float = LEAST_GAIN,
    ways: Mapping[Way, int] | None = None,
) -> Comparison:
    """Compare two versions on the items that both have figures of."""
    before = {str(each["code"]): each for each in old}
    pairs = [(each, before[str(each["code"])]) for each in new if str(each["code"]) in before]
    verdict = judge(
        _side([one for one, _ in pairs]),
        _side([other for _, other in pairs]),
        len(pairs),
        least_gain=least_gain,
    )
    families: dict[str, list[tuple[PerItem, PerItem]]] = {}
    for pair in pairs:
        families.setdefault(str(pair[0]["family"]), []).append(pair)
    lines = [
        _line(family, members)
        for family, members in sorted(families.items())
        if family and len(members) >= LEAST_IN_FAMILY
    ]
    overall = _line("", pairs) if pairs else None
    return Comparison(champion, overall, lines, verdict, ways or {})


def _side(items: Sequence[PerItem], errors_of: str = "errors", match_of: str = "match") -> Side:
    errors = [np.asarray(each[errors_of], dtype=float) for each in items]
    return Side(
        np.concatenate(errors) if errors else np.zeros(0),
        np.repeat(np.arange(len(items)), [len(each) for each in errors]),
        np.array([each[match_of] for each in items], dtype=float),
    )


def _line(family: str, pairs: Sequence[tuple[PerItem, PerItem]]) -> Line:
    mine = [one for one, _ in pairs]
    new, old = _side(mine), _side([other for _, other in pairs])
    asked_simply = all(MATCH in one for one in mine)
    simple = _side(mine, RUN_ERRORS, MATCH) if asked_simply else Side(np.zeros(0), np.zeros(0))
    return Line(
        family=family,
        items=len(pairs),
        trim_mae=_typical(new),
        trim_mae_before=_typical(old),
        process_match=_mean_match(new) or 0.0,
        process_match_before=_mean_match(old) or 0.0,
        trim_mae_simple=_typical(simple),
        process_match_simple=_mean_match(simple),
    )


def _typical(side: Side) -> float | None:
    return metrics.trimmed_mean(side.error) if len(side.error) else None


def _mean_match(side: Side) -> float | None:
    return None if side.match is None else float(side.match.mean())
