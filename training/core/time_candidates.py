"""Ways to learn times, compared on the same folds: which one does a version get?

Every item is in one fold only, so none is ever on both sides.  Everything that looks at times
(which words tell, what an operation usually takes) is learned anew in each fold from its other
items.  At most ``CandidateSpec.max_items`` items take part, drawn at random; the winner then learns
from all.  Compared are run minutes a piece on operations that work results know.  The time model
does not choose operations, so ``process_match`` does not apply.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from importlib import import_module
from itertools import product
from typing import Any

import numpy as np
from scipy import sparse
from threadpoolctl import threadpool_limits

from registry.core import metrics
from registry.core.boosting import Examples
from registry.core.cleaning import clean_items
from registry.core.features import FeatureAssembler
from registry.core.habits import GroupHabit
from registry.core.progress import DETAIL, Progress, Report, saying, span
from registry.core.times import Operations, TimeTargets
from training.core import side_by_side, splits, time_learners, time_tuning
from training.core.comparison import LEAST_IN_FAMILY
from training.core.dataset import TrainingSet
from training.core.specs import BOOSTING, CandidateSpec, TrainingSpec
from training.core.time_learners import STORABLE, Settings
from training.core.verdict import Side, Verdict, judge

LEARNERS = ("lightgbm", "sklearn.ensemble", "sklearn.linear_model", "sklearn.neural_network")
"""What fits import: before them, because threads that do so at once can wait for each other."""


@dataclass(frozen=True)
class Outcome:
    """How one candidate did over all folds."""

    name: str
    error: np.ndarray
    actual: np.ndarray
    item: np.ndarray
    seconds: float
    folds: Sequence[Mapping[str, float | int | None]]
    settings: Settings
    verdict: Verdict | None = None

    def figures(self, family: np.ndarray) -> dict[str, Any]:
        """Return what ``metrics.json`` keeps; ``family`` names that of each item."""
        scores = _scores(self.error, self.actual)
        mine = family[self.item]
        return scores | {
            "families": {
                name: metrics.trimmed_mean(self.error[mine == name])
                for name in _sizes(family)
                if (mine == name).any()
            },
            "seconds": self.seconds,
            "folds": [dict(each) for each in self.folds],
            "settings": dict(self.settings),
            "storable": self.name in STORABLE,
            "process_match": None,
            "verdict": self.verdict.to_json() if self.verdict else None,
        }


@dataclass(frozen=True)
class Selected:
    """The comparison, and the time model that a version gets.

    Attributes:
        figures: what ``metrics.json`` keeps as ``candidates``.
        chosen: name of the winner that can be stored; ``boosting`` where none is better.
        settings: of the chosen one.
        outcomes: of every candidate, its errors included.
    """

    figures: dict[str, Any]
    chosen: str = BOOSTING
    settings: Settings = field(default_factory=dict)
    outcomes: Sequence[Outcome] = ()


def compare(
    data: TrainingSet, spec: TrainingSpec, wanted: CandidateSpec, progress: Progress
) -> Selected:
    """Cross-validate candidates and choose one.

    Raises:
        Cancelled: when ``progress`` asks to stop.
    """
    rows = _items(data, wanted, spec.seed)
    if len(rows) < 2 * wanted.folds:
        return Selected({"items": len(rows), "chosen": BOOSTING, "results": {}})
    part = data.take(rows)
    turns = list(_folds(part, spec, wanted, span(progress, 0.0, 0.1)))
    settings = time_tuning.search(turns[0].examples, spec, wanted, span(progress, 0.1, 0.3))
    outcomes = _validated(turns, spec, wanted, settings, span(progress, 0.3, 0.95))
    judging = saying(span(progress, 0.95, 1.0), "judging the candidates")
    outcomes = _judged(outcomes, len(rows), wanted.least_gain, spec.seed, judging)
    judging(1.0)
    return _selected(outcomes, wanted, _families(part))


@dataclass(frozen=True)
class Fold:
    """What is learned from and asked in one turn."""

    number: int
    examples: Examples
    rows: np.ndarray
    item: np.ndarray
    centre: np.ndarray
    actual: np.ndarray


def _items(data: TrainingSet, wanted: CandidateSpec, seed: int) -> np.ndarray:
    """Return the rows of items that take part: some work result knows one of their times."""
    library = data.library
    known = np.isfinite(library.arrays["operation_log_run"])
    rows = np.unique(library.routing_item[library.operation_routing[known]])
    if len(rows) > wanted.max_items:
        rows = np.random.default_rng(seed).choice(rows, wanted.max_items, replace=False)
    return np.sort(rows)


def _folds(
    data: TrainingSet, spec: TrainingSpec, wanted: CandidateSpec, progress: Progress
) -> Iterator[Fold]:
    parts = splits.folds(data.library, wanted.folds, spec.seed)
    for number, held in enumerate(parts):
        step = f"preparing fold {number + 1} of {len(parts)}"
        part = span(progress, number / len(parts), (number + 1) / len(parts))
        yield _fold(data, spec, wanted, held, number, saying(part, step))


def _fold(
    data: TrainingSet,
    spec: TrainingSpec,
    wanted: CandidateSpec,
    held: np.ndarray,
    number: int,
    report: Report,
) -> Fold:
    report(0.0)
    known, asked = data.take(splits.others(data.library, held)), data.take(held)
    clean = clean_items(known.raw, data.attributes)
    assembler = FeatureAssembler.fit(clean, data.attributes, spec.features)
    report(0.3)
    features = assembler.transform(clean)
    report(0.5)
    work = Operations(features, assembler, known.library, known.library.routed)
    target = TimeTargets.of(known.library, "run")
    columns = work.telling_columns([target], spec.times.words)
    report(0.7)
    seen = sparse.csr_matrix(features[:, columns])
    examples = work.examples(target, seen, wanted.max_rows, spec.seed)

    library = asked.library
    job = library.arrays["operation_job"].astype(np.int64)
    actual = np.exp(library.arrays["operation_log_run"].astype(np.float64))
    some = np.flatnonzero(np.isfinite(actual) & np.isfinite(target.centre[job]))
    item = library.routing_item[library.operation_routing[some]]
    shown = assembler.transform(clean_items(asked.raw, data.attributes))[:, columns].toarray()
    rows = np.column_stack([job[some].astype(np.float32), shown[item]])
    return Fold(number, examples, rows, held[item], target.centre[job[some]], actual[some])


@dataclass(frozen=True)
class _Fitted:
    """One candidate's answers in one fold."""

    name: str
    fold: int
    minutes: np.ndarray
    seconds: float


def _validated(
    turns: Sequence[Fold],
    spec: TrainingSpec,
    wanted: CandidateSpec,
    settings: Mapping[str, Settings],
    progress: Progress,
) -> list[Outcome]:
    """Fit every candidate in every fold, some at once."""
    names = wanted.all_names()
    todo = list(product(turns, names))
    tasks = [partial(_fit, turn, name, settings[name], spec) for turn, name in todo]
    places = [(turn.number, name) for turn, name in todo]
    for module in LEARNERS:
        import_module(module)
    with threadpool_limits(1):
        done = side_by_side.run(tasks, wanted.n_jobs, _Told(places, progress))
    return [_outcome(name, done, turns, settings[name]) for name in names]


@dataclass(frozen=True)
class _Told:
    """Reports how far the fits of all folds are; ``places`` are their folds and names."""

    places: Sequence[tuple[int, str]]
    progress: Progress

    def __call__(self, shares: Sequence[float]) -> None:
        folds = {fold for fold, _ in self.places}
        under_way = [place for place, share in enumerate(shares) if share < 1]
        step = f"{len(folds)} of {len(folds)} folds done"
        if under_way:
            fold, name = self.places[under_way[0]]
            step = f"fold {fold + 1} of {len(folds)}, {name}{DETAIL}{shares[under_way[0]]:.1%}"
            if len(under_way) > 1:
                step += f"{DETAIL}all fits: {sum(shares) / len(shares):.2%}"
        self.progress.report(sum(shares) / len(shares), step)


def _fit(fold: Fold, name: str, settings: Settings, spec: TrainingSpec, report: Report) -> _Fitted:
    """Learn and ask; the processor's time of this thread is what it cost."""
    began = time.thread_time()
    predict = time_learners.learn(
        name, fold.examples, spec.times, seed=spec.seed, report=report, settings=settings
    )
    seconds = time.thread_time() - began
    return _Fitted(name, fold.number, np.exp(predict(fold.rows) + fold.centre), seconds)


def _outcome(
    name: str, done: Sequence[_Fitted], turns: Sequence[Fold], settings: Settings
) -> Outcome:
    mine = sorted((each for each in done if each.name == name), key=lambda each: each.fold)
    errors = [np.abs(each.minutes - turns[each.fold].actual) for each in mine]
    folds = [
        {**_scores(error, turns[each.fold].actual), "fold": each.fold + 1, "seconds": each.seconds}
        for each, error in zip(mine, errors, strict=True)
    ]
    return Outcome(
        name=name,
        error=np.concatenate(errors),
        actual=np.concatenate([turn.actual for turn in turns]),
        item=np.concatenate([turn.item for turn in turns]),
        seconds=sum(each.seconds for each in mine),
        folds=folds,
        settings=settings,
    )


def _scores(error: np.ndarray, actual: np.ndarray) -> dict[str, float | int | None]:
    told = metrics.time_scores(actual + error, actual)
    return {name: told[name] for name in ("trim_mae", "mae", "wape", "operations")}


def _judged(
    outcomes: Sequence[Outcome], items: int, least: float, seed: int, report: Report
) -> list[Outcome]:
    """Hold every challenger against boosting, the present way."""
    champion = next(each for each in outcomes if each.name == BOOSTING)
    old = Side(champion.error, champion.item)
    judged = []
    for place, each in enumerate(outcomes):
        report(place / len(outcomes))
        verdict = None
        if each is not champion:
            mine = Side(each.error, each.item)
            verdict = judge(mine, old, items, least_gain=least, seed=seed)
        judged.append(replace(each, verdict=verdict))
    return judged


def _families(data: TrainingSet) -> np.ndarray:
    """Return for each item its value in the column by which items are grouped, "" without one."""
    column = GroupHabit.fit(clean_items(data.raw, data.attributes), data.library).column
    items = (data.raw.item(row) for row in range(len(data.raw)))
    return np.array([str(each.attributes.get(column) or "") for each in items])


def _sizes(family: np.ndarray) -> dict[str, int]:
    """Return how many items each family has that has enough for a line of its own."""
    names, counts = np.unique(family, return_counts=True)
    sizes = zip(names.tolist(), counts.tolist(), strict=True)
    return {name: count for name, count in sizes if name and count >= LEAST_IN_FAMILY}


def _selected(outcomes: Sequence[Outcome], wanted: CandidateSpec, family: np.ndarray) -> Selected:
    results = {each.name: each.figures(family) for each in outcomes}
    winners = [each for each in outcomes if each.verdict and each.verdict.wins]
    winners.sort(key=lambda each: float(results[each.name]["trim_mae"]))
    kept = [each for each in winners if each.name in STORABLE]
    champion = next(each for each in outcomes if each.name == BOOSTING)
    chosen = kept[0] if kept else champion
    figures = {
        "items": len(family),
        "families": _sizes(family),
        "incumbent": BOOSTING,
        "chosen": chosen.name,
        "best": winners[0].name if winners else BOOSTING,
        "better": bool(winners),
        "spec": asdict(wanted),
        "results": results,
    }
    return Selected(figures, chosen.name, chosen.settings, outcomes)
