"""Searches for better settings of the candidates, within a budget of tries and seconds."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from registry.core.boosting import Examples
from registry.core.progress import Progress, span
from training.core import time_learners
from training.core.specs import NO_SEARCH, RANDOM, CandidateSpec, TrainingSpec
from training.core.time_learners import GRIDS, Settings

JUDGED_SHARE = 0.25
"""Share of a fold's known items on which a search judges settings."""


def search(
    examples: Examples, spec: TrainingSpec, wanted: CandidateSpec, progress: Progress
) -> dict[str, Settings]:
    """Return for each candidate the best settings found within the budget; {} are the usual ones.

    Settings are judged on items held out of the examples.
    """
    best: dict[str, Settings] = {name: {} for name in wanted.all_names()}
    plan = _plan(wanted, spec.seed)
    known, asked = _split(examples, spec.seed)
    errors: dict[str, float] = {}
    ends = time.monotonic() + wanted.seconds
    for number, (name, settings) in enumerate(plan):
        if time.monotonic() > ends:
            break
        told = _Told(span(progress, number / len(plan), (number + 1) / len(plan)), name)
        predict = time_learners.learn(
            name, known, spec.times, seed=spec.seed, settings=settings, report=told
        )
        error = float(np.abs(predict(asked.rows) - asked.targets).mean())
        if error < errors.get(name, np.inf):
            errors[name], best[name] = error, settings
    return best


def _plan(wanted: CandidateSpec, seed: int) -> list[tuple[str, Settings]]:
    """Return what a search tries, in order; the usual settings first: the others must beat them."""
    if wanted.search == NO_SEARCH:
        return []
    plan = [(name, each) for name in wanted.all_names() for each in GRIDS.get(name, ())]
    if wanted.search == RANDOM:
        order = np.random.default_rng(seed).permutation(len(plan))
        plan = [plan[place] for place in order.tolist()]
    plan = plan[: wanted.tries]
    usual: list[tuple[str, Settings]] = [(name, {}) for name in dict(plan)]
    return usual + plan


def _split(examples: Examples, seed: int) -> tuple[Examples, Examples]:
    """Return examples to learn settings from and to judge them on, no item in both."""
    items = np.unique(examples.items)
    count = max(1, int(len(items) * JUDGED_SHARE))
    judged = np.isin(
        examples.items, np.random.default_rng(seed).choice(items, count, replace=False)
    )
    return examples.take(~judged), examples.take(judged)


@dataclass(frozen=True)
class _Told:
    """Reports a share of trying one candidate's settings."""

    progress: Progress
    name: str

    def __call__(self, share: float) -> None:
        self.progress.report(share, f"trying settings of {self.name}")
