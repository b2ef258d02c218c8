"""Which items a cycle looks at: at random, in proportion to strata, or rather the recent ones.

A sample depends on the population and the seed only: items are put in the order of their codes
first, because databases give rows in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from registry.core.items import RawItems

NO_STRATUM = "-"
RECENT_FACTOR = 9.0
"""How much likelier an item of today is drawn than one of long ago, less one."""


class Strategy(StrEnum):
    """How a sample is drawn."""

    RANDOM = "random"
    STRATIFIED = "stratified"
    RECENT_BIAS = "recent_bias"


@dataclass(frozen=True)
class Population:
    """What can be drawn.

    Attributes:
        codes: of the items.
        strata: the value of the column that divides them, for each item.
        days: (n,) days since 1970 of routing or last report; NaN when unknown.
    """

    codes: Sequence[str]
    strata: Sequence[str]
    days: np.ndarray

    def __len__(self) -> int:
        return len(self.codes)

    def ordered(self) -> Population:
        """Return the same in the order of the codes."""
        order = sorted(range(len(self.codes)), key=self.codes.__getitem__)
        return Population(
            [self.codes[i] for i in order], [self.strata[i] for i in order], self.days[order]
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """How to draw."""

    size: int
    strategy: Strategy = Strategy.STRATIFIED
    seed: int = 42
    window_days: int = 30


def strata_of(items: RawItems, column: str, rows: np.ndarray) -> list[str]:
    """Return the value of a column of the items at some rows; one stratum where it is not read."""
    values = items.columns.get(column)
    if values is None:
        return [NO_STRATUM] * len(rows)
    words = np.array([str(value) for value in values.values] + [NO_STRATUM], dtype=object)
    return [str(word) for word in words[values.codes[rows]]]


def draw(population: Population, plan: Plan, *, today: float) -> list[str]:
    """Return the codes of a sample, in order; the whole population when it is no larger.

    Args:
        population: what can be drawn.
        plan: how.
        today: days since 1970, from which ages are counted.
    """
    population = population.ordered()
    if plan.size >= len(population):
        return list(population.codes)
    rng = np.random.default_rng(plan.seed)
    if plan.strategy is Strategy.STRATIFIED:
        places = _stratified(population.strata, plan.size, rng)
    elif plan.strategy is Strategy.RECENT_BIAS:
        weights = _recency(population.days, today, plan.window_days)
        places = rng.choice(len(population), plan.size, replace=False, p=weights / weights.sum())
    else:
        places = rng.choice(len(population), plan.size, replace=False)
    return [population.codes[place] for place in np.sort(places).tolist()]


def weights(population: Population, plan: Plan, drawn: Sequence[str]) -> dict[str, float]:
    """Return for each drawn item how many items it stands for, 1 on average.

    A stratum of few items is in a stratified sample with at least one, which is more than its
    share: figures of the whole count it as often as it occurs.
    """
    if plan.strategy is not Strategy.STRATIFIED:
        return dict.fromkeys(drawn, 1.0)
    stratum = dict(zip(population.codes, population.strata, strict=True))
    there = Counter(population.strata)
    taken = Counter(stratum[code] for code in drawn)
    factor = len(drawn) / sum(there[name] for name in taken)
    return {code: factor * there[stratum[code]] / taken[stratum[code]] for code in drawn}


def _recency(days: np.ndarray, today: float, window: int) -> np.ndarray:
    """Return weights that fall from 10 for today to 1 for long ago."""
    age = np.nan_to_num(today - days, nan=np.inf).clip(min=0)
    return np.asarray(1 + RECENT_FACTOR * np.exp(-age / max(window, 1)))


def _stratified(strata: Sequence[str], size: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from each stratum in proportion, at least one of each while there is room."""
    names, member = np.unique(np.array(strata, dtype=object).astype(str), return_inverse=True)
    quotas = allot(np.bincount(member, minlength=len(names)), size)
    drawn = [
        rng.choice(np.flatnonzero(member == number), quota, replace=False)
        for number, quota in enumerate(quotas.tolist())
    ]
    return np.concatenate(drawn)


def allot(sizes: np.ndarray, total: int) -> np.ndarray:
    """Divide a sample over strata: one each (the largest first), the rest by largest remainder."""
    quotas = np.zeros(len(sizes), dtype=np.int64)
    largest = np.argsort(-sizes, kind="stable")[:total]
    quotas[largest] = 1
    rest = total - int(quotas.sum())
    if rest <= 0:
        return quotas
    wish = sizes / sizes.sum() * total
    room = np.minimum(np.maximum(wish - quotas, 0.0), sizes - quotas)
    share = room / room.sum() * rest if room.sum() else room
    quotas += np.floor(share).astype(np.int64)
    order = np.argsort(-(share - np.floor(share)), kind="stable").tolist()
    while (left := total - int(quotas.sum())) > 0:
        open_ones = [place for place in order if quotas[place] < sizes[place]]
        quotas[open_ones[:left]] += 1
    return quotas
