"""How good a version would have been: the newest items, predicted by a model of the older ones.

Every figure stands beside the same figure of the baselines on the same items.  Truth is each item's
own routings and the robust centres of its work results, which the model of the older items has
never seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from registry.core import metrics
from registry.core.items import RawItems
from registry.core.metrics import SequenceCase
from registry.core.model import RoutingModel
from registry.core.progress import DETAIL, Progress, span
from registry.core.routing import Prediction
from training.core import baseline_scores, comparison, splits
from training.core.dataset import TrainingSet
from training.core.specs import TrainingSpec
from training.core.trainer import HeldOut, fit
from training.core.truths import TrueRouting, shared_operations, true_routings

MIN_ITEMS = 10
"""Routed items under which nothing can be held back and measured."""
BATCH = 256
COMPARING = "comparing with what was made"


@dataclass(frozen=True)
class Backtest:
    """Figures for the page and for comparisons, and the answers that calibrate the final model.

    ``sampled`` are the items whose figures were kept one by one, grouped by the column ``family``.
    """

    figures: dict[str, Any]
    held: HeldOut | None
    sampled: TrainingSet | None = None
    family: str = ""


def run(data: TrainingSet, spec: TrainingSpec, progress: Progress) -> Backtest:
    """Backtest a specification on a training set."""
    library = data.library
    if len(library.routed) < MIN_ITEMS:
        return Backtest({"items": 0, "model": {}, "baselines": {}}, None)
    later = splits.newest(library, spec.backtest_share)
    known = data.take(splits.others(library, later))
    model = fit(known, spec, span(progress, 0.0, 0.8))
    asked = data.take(later)
    predictions = predict(model, asked.raw, span(progress, 0.8, 0.93))
    progress.report(0.93, COMPARING)
    truths = [true_routings(asked, row) for row in range(len(later))]
    figures = score(predictions, truths)
    progress.report(0.94, f"{COMPARING}{DETAIL}{0.5:.1%}")
    family = model.base.group.column
    simple = baseline_scores.ask(known, asked.raw, predictions, truths, span(progress, 0.95, 0.98))
    items = per_item(asked, family, predictions, truths)
    figures |= {
        "items": len(later),
        "period": _period(asked),
        "baselines": simple.scores,
        "per_item": [one | simple.items[one["code"]] for one in items],
    }
    figures["beaten_by"] = better_baselines(figures)
    held = None
    if len(library.routed) >= spec.folds_below:
        held = HeldOut()
        held.add(model.base, asked, span(progress, 0.98, 1.0))
    progress.report(1.0, "backtest done")
    sampled = asked.take(comparison.sample([str(code) for code in asked.raw.codes]))
    return Backtest(figures, held, sampled, family)


def ask_again(
    model: RoutingModel, sampled: TrainingSet, family: str, progress: Progress
) -> list[dict[str, Any]]:
    """Return what another model gets wrong about items; each is kept out of its own evidence."""
    predictions = predict(model, sampled.raw, progress)
    truths = [true_routings(sampled, row) for row in range(len(predictions))]
    return per_item(sampled, family, predictions, truths)


def predict(model: RoutingModel, asked: RawItems, progress: Progress) -> list[Prediction]:
    """Ask a model about items, without explanations and without their own routings."""
    predictions: list[Prediction] = []
    for start in range(0, len(asked), BATCH):
        progress.report(start / len(asked), f"predicting {start:,} of {len(asked):,} items")
        rows = range(start, min(start + BATCH, len(asked)))
        items = [asked.item(row) for row in rows]
        predictions += model.predict(items, explain=False, leave_out=True)
    return predictions


def score(
    predictions: Sequence[Prediction], truths: Sequence[Sequence[TrueRouting]]
) -> dict[str, Any]:
    """Return the model's figures (``model``) and its risk-coverage curve (``risk_coverage``)."""
    cases = [
        SequenceCase([c.jobs for c in p.candidates], [t.jobs for t in truth])
        for p, truth in zip(predictions, truths, strict=True)
    ]
    measured = [pair for pair in zip(cases, predictions, strict=True) if pair[0].valid]
    right = np.array(
        [metrics.exact(c.predicted[0] if c.predicted else (), c.valid) for c, _ in measured],
        dtype=bool,
    )
    sure = np.array([p.confidence for _, p in measured])
    answered = np.array([not p.abstained for _, p in measured], dtype=bool)
    shared = _shared_figures(predictions, truths)
    setup = metrics.time_scores(shared["setup"], shared["true_setup"])
    model: dict[str, Any] = {
        **metrics.sequence_scores(cases),
        **metrics.time_scores(shared["run"], shared["true_run"], shared["low"], shared["high"]),
        **metrics.outsourcing_scores(
            shared["outsourced"].astype(bool), shared["true_outsourced"].astype(bool)
        ),
        "setup_wape": setup["wape"],
        "sample_count": int(shared["reports"].sum()),
        **_sureness(right, sure, answered),
    }
    return {"model": model, "risk_coverage": metrics.risk_coverage(sure, right)}


def _sureness(right: np.ndarray, sure: np.ndarray, answered: np.ndarray) -> dict[str, float | None]:
    """Return how well the model knows what it knows, over n items with a truth (n,)."""
    names = ("abstention", "exact_match_answered", "error_at_80", "error_ratio_at_80",
             "calibration_gap")  # fmt: skip
    if not len(right):
        return dict.fromkeys(names)
    error, sure_error = float(1 - right.mean()), metrics.error_at_coverage(sure, right, 0.8)
    return {
        "abstention": float(1 - answered.mean()),
        "exact_match_answered": float(right[answered].mean()) if answered.any() else None,
        "error_at_80": sure_error,
        "error_ratio_at_80": sure_error / error if error and sure_error is not None else None,
        "calibration_gap": float(sure.mean() - right.mean()),
    }


def per_item(
    asked: TrainingSet,
    family: str,
    predictions: Sequence[Prediction],
    truths: Sequence[Sequence[TrueRouting]],
) -> list[dict[str, Any]]:
    """Return what was wrong with a sample of single items, for comparisons between versions.

    Args:
        asked: the items.
        family: the column by which items are grouped, empty for none.
        predictions: of the items.
        truths: of the items.
    """
    measured = [place for place, valid in enumerate(truths) if valid]
    codes = [str(asked.raw.codes[place]) for place in measured]
    chosen = [measured[place] for place in comparison.sample(codes).tolist()]
    shared = _shared_figures([predictions[i] for i in chosen], [truths[i] for i in chosen])
    error = np.abs(shared["run"] - shared["true_run"])
    known = np.isfinite(error) & (shared["true_run"] > 0)
    found = []
    for number, place in enumerate(chosen):
        first = predictions[place].candidates[:1]
        jobs = [truth.jobs for truth in truths[place]]
        mine = known & (shared["item"] == number)
        found.append(
            {
                "code": str(asked.raw.codes[place]),
                "family": str(asked.raw.item(place).attributes.get(family) or ""),
                "match": metrics.process_match(first[0].jobs, jobs) if first else 0.0,
                "errors": np.round(error[mine], 4).tolist(),
            }
        )
    return found


def _shared_figures(
    predictions: Sequence[Prediction], truths: Sequence[Sequence[TrueRouting]]
) -> dict[str, np.ndarray]:
    """Return predicted and true figures of the operations that both have, side by side."""
    names = (
        "item", "run", "low", "high", "setup", "outsourced", "true_run", "true_setup",
        "true_outsourced", "reports",
    )  # fmt: skip
    rows: list[tuple[float | None, ...]] = []  # None, an unknown time, becomes NaN
    for number, operation, truth, place in shared_operations(predictions, truths):
        rows.append(
            (
                number,
                operation.run.minutes,
                operation.run.low,
                operation.run.high,
                operation.setup.minutes,
                operation.outsourced,
                truth.run[place],
                truth.setup[place],
                truth.outsourced[place],
                truth.reports[place],
            )
        )
    table = np.array(rows, dtype=float).reshape(-1, len(names))
    return dict(zip(names, table.T, strict=True))


def better_baselines(figures: dict[str, Any]) -> list[str]:
    """Return the baselines that beat the model, each with the figure in which they do."""
    found = []
    for name, scores in figures["baselines"].items():
        for figure, sign in (("exact_match", 1), ("wape", -1)):
            mine, theirs = figures["model"].get(figure), scores.get(figure)
            if mine is not None and theirs is not None and sign * theirs > sign * mine:
                found.append(f"{name}: {figure}")
    return found


def _period(asked: TrainingSet) -> list[str] | None:
    ages = asked.library.arrays["age"]
    ages = ages[np.isfinite(ages)]
    if not len(ages):
        return None
    days = np.array([ages.min(), ages.max()]).astype("datetime64[D]")
    return [str(day) for day in days]
