"""How a model is made: learn on some items, calibrate on others, then learn on all.

The ranker, the confidence and the intervals must be fitted on items the networks have not seen.  So
a first base is learned without the newest items (in a small plant: without each fifth in turn) and
asked about those; what it got right and wrong calibrates the final base, which is learned on
everything. A backtest has asked a base about the newest items already, and its answers serve as
well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from registry.core.answers import nearby
from registry.core.base import Base, Retrieved, rank
from registry.core.candidates import Pool
from registry.core.cleaning import CleanItems, clean_items
from registry.core.confidence import Confidence
from registry.core.embedding import RoutingEmbedding
from registry.core.encoder import Encoded, Encoder
from registry.core.features import FeatureAssembler
from registry.core.habits import GroupHabit, PlainHabit
from registry.core.index import NeighbourIndex
from registry.core.intervals import TimeIntervals
from registry.core.library import RoutingLibrary
from registry.core.machine import release_memory
from registry.core.model import RoutingModel
from registry.core.neighbourhood import NOBODY
from registry.core.progress import DETAIL, Cancelled, Progress, Report, saying, span, within
from registry.core.proposals import Proposer
from registry.core.ranking import Ranker
from registry.core.times import KINDS, LEARNING, TimeModel
from training.core import splits
from training.core.dataset import TrainingSet
from training.core.specs import TrainingSpec
from training.core.time_learners import Grower

ASKED_AT_ONCE = 256
"""Held-out items that are asked about between two reports."""
KNOWN_ASKED = 500
"""Items of its own that a new model is asked about."""
WAIT_SECONDS = 1.0
"""Pause between two looks at what is learned beside the network."""


def fit(
    data: TrainingSet,
    spec: TrainingSpec,
    progress: Progress,
    *,
    profile: Mapping[str, Any] | None = None,
    held: HeldOut | None = None,
) -> RoutingModel:
    """Train a model on all items of a training set.

    Args:
        data: what to learn from.
        spec: the settings.
        progress: told how far it is.
        profile: the mapping profile as JSON, kept with the model.
        held: answers about held-out items, where a backtest has them already.

    Raises:
        Cancelled: when ``progress`` asks to stop.
    """
    start = 0.0 if held else 0.5
    held = held or hold_out(data, spec, span(progress, 0.0, start))
    base = fit_base(data, spec, span(progress, start, 0.98))
    last = saying(span(progress, 0.98, 1.0), "calibrating")
    ranker, confidence, intervals = held.calibrate(base.library, last)
    model = RoutingModel(base, ranker, confidence, intervals, profile=profile)
    model.confidence = confidence.knowing(*ask_known(model))
    progress.report(1.0, "calibrated")
    return model


def ask_known(model: RoutingModel) -> tuple[list[float], list[float]]:
    """Return how similar and how sure a model's answers about some of its own items are.

    Each is asked about without itself.
    """
    routed = model.base.library.routed
    rows = routed[:: max(1, len(routed) // KNOWN_ASKED)][:KNOWN_ASKED].tolist()
    items = [model.base.raw.item(row) for row in rows]
    answers = [one for one in model.predict(items, explain=False, leave_out=True) if one.candidates]
    return [one.candidates[0].similarity for one in answers], [one.confidence for one in answers]


def hold_out(data: TrainingSet, spec: TrainingSpec, progress: Progress) -> HeldOut:
    """Learn without some items, in one or more turns, and ask about those."""
    held = HeldOut()
    parts = _held_out_parts(data, spec)
    for number, rows in enumerate(parts):
        part = span(progress, number / len(parts), (number + 1) / len(parts))
        known = data.take(splits.others(data.library, rows))
        base = fit_base(known, spec, span(part, 0.0, 0.9))
        held.add(base, data.take(rows), span(part, 0.9, 1.0))
    return held


def _held_out_parts(data: TrainingSet, spec: TrainingSpec) -> list[np.ndarray]:
    routed = len(data.library.routed)
    if routed < 2:
        return []
    if routed < spec.folds_below:
        return splits.folds(data.library, spec.folds, spec.seed)
    return [splits.newest(data.library, spec.held_out_share, spec.held_out_limit)]


def fit_base(data: TrainingSet, spec: TrainingSpec, progress: Progress) -> Base:
    """Learn features, networks, index and habits from every item of a training set."""
    release_memory()  # of what the base before this one was made from
    library, rows = data.library, data.library.routed
    clean, assembler, features = _described(data, spec, span(progress, 0.0, 0.1))
    # The network keeps one core busy and the boosting the other: neither gains from a second.
    stopped = Event()
    with ThreadPoolExecutor(max_workers=1) as pool, set_on_error(stopped):
        beside = Beside(stopped)
        timed = pool.submit(
            TimeModel.fit,
            features, assembler, library, rows, spec.times,
            seed=spec.seed, progress=beside,
            grower=Grower(spec.time_model, spec.time_settings),
        )  # fmt: skip
        embedding = RoutingEmbedding.fit(
            features, library, rows, spec.network, seed=spec.seed, progress=span(progress, 0.1, 0.7)
        )
        vectors, _ = embedding.transform(features)
        indexing = saying(span(progress, 0.7, 0.75), "indexing")
        indexing(0.0)
        index = NeighbourIndex.build(vectors, rows, spec.index, seed=spec.seed, report=indexing)
        learning = saying(span(progress, 0.75, 0.95), LEARNING)
        while wait([timed], WAIT_SECONDS).not_done:
            learning(beside.share)
        times, residual = timed.result()
    progress.report(0.95, "summing up habits")
    group = GroupHabit.fit(clean, library)
    progress.report(0.97, f"summing up habits{DETAIL}{0.5:.1%}")
    return Base(
        raw=data.raw,
        library=library,
        encoder=Encoder(data.attributes, assembler, embedding),
        index=index,
        group=group,
        plain=PlainHabit.fit(assembler.evened(features), rows),
        times=times,
        residual=residual,
    )


def _described(
    data: TrainingSet, spec: TrainingSpec, progress: Progress
) -> tuple[CleanItems, FeatureAssembler, csr_matrix]:
    """Return all items cleaned, what turns items into features, and those of the routed ones."""
    reading = saying(progress, "reading attributes")
    clean = clean_items(data.raw, data.attributes, within(reading, 0.0, 0.25))
    routed = data.raw.take(data.library.routed)
    routed_clean = clean_items(routed, data.attributes, within(reading, 0.25, 0.5))
    assembler = FeatureAssembler.fit(
        routed_clean, data.attributes, spec.features, within(reading, 0.5, 0.75)
    )
    reading(0.75)
    features = assembler.transform(routed_clean)
    reading(0.9)
    return clean, assembler, features


@contextmanager
def set_on_error(stopped: Event) -> Iterator[None]:
    """Set an event when the block fails, so that what runs beside it stops too."""
    try:
        yield
    except BaseException:
        stopped.set()
        raise


class Beside:
    """The progress of work that runs beside other work, and stops when that has failed."""

    def __init__(self, stopped: Event) -> None:
        self.stopped = stopped
        self.share = 0.0

    def report(self, share: float, step: str) -> None:
        """Remember the share; stop when asked."""
        self.share = share
        if self.stopped.is_set():
            raise Cancelled(f"Stopped at {share:.0%} of {step}.")


@dataclass
class _Case:
    """What calibration keeps of one held-out item."""

    pool: Pool
    right: np.ndarray
    retrieved: Retrieved
    log_odds: np.ndarray
    base: Base


class HeldOut:
    """Answers about items that their base has not seen, and the truth about them."""

    def __init__(self) -> None:
        self.cases: list[_Case] = []
        self.errors: list[tuple[float, int, int]] = []

    def add(self, base: Base, data: TrainingSet, progress: Progress) -> None:
        """Ask a base about held-out items."""
        rows = data.library.routed
        report = saying(progress, "asking about items held out")
        for start in range(0, len(rows), ASKED_AT_ONCE):
            report(start / len(rows))
            part = rows[start : start + ASKED_AT_ONCE]
            encoded = base.encoder.encode(data.raw.take(part))
            retrieved = base.retrieve(encoded, [None] * len(part))
            self._add_cases(base, data, part, encoded, retrieved)
            self._add_times(base, data, part, encoded, retrieved)

    def _add_cases(
        self,
        base: Base,
        data: TrainingSet,
        rows: np.ndarray,
        encoded: Encoded,
        retrieved: Sequence[Retrieved],
    ) -> None:
        for place, (row, found) in enumerate(zip(rows.tolist(), retrieved, strict=True)):
            valid = {data.library.jobs_of_sequence(s) for s in data.library.sequences_of(row)}
            right = np.array([jobs in valid for jobs in found.pool.sequences], dtype=bool)
            case = _Case(found.pool, right, found, encoded.log_odds[place], base)
            self.cases.append(case)

    def _add_times(
        self,
        base: Base,
        data: TrainingSet,
        rows: np.ndarray,
        encoded: Encoded,
        retrieved: Sequence[Retrieved],
    ) -> None:
        """Compare estimates with actuals, for the operations the items really have."""
        library = data.library
        flat = TimeIntervals(np.zeros((4, 2, len(library.names["jobs"]))))
        proposer = Proposer(base.library, base.times, flat, base.residual, base.raw.codes)
        starts = [library.operations_of(library.routings_of(row).start) for row in rows.tolist()]
        positions = np.concatenate([np.arange(r.start, r.stop) for r in starts])
        item = np.repeat(np.arange(len(rows)), [len(r) for r in starts])
        jobs = library.arrays["operation_job"][positions].astype(np.int64)
        minutes = base.times.predict(encoded.features, item, jobs)
        actual = np.stack([library.arrays[f"operation_log_{kind}"][positions] for kind in KINDS])
        known = np.isfinite(minutes) & np.isfinite(actual)
        done: list[set[int]] = [set() for _ in starts]
        for each, job in zip(item.tolist(), jobs.tolist(), strict=True):
            done[each].add(job)
        near = proposer.practices([nearby(found, None) for found in retrieved], done)
        for kind, place in np.argwhere(known).tolist():
            practice = near[item[place]].get(int(jobs[place]), NOBODY)
            estimate = minutes[kind, place] + practice.correction[kind]
            self.errors.append((actual[kind, place] - estimate, kind, jobs[place]))

    def calibrate(
        self, library: RoutingLibrary, report: Report
    ) -> tuple[Ranker, Confidence, TimeIntervals]:
        """Fit ranker, confidence and intervals on everything asked."""
        report(0.0)
        ranker = Ranker.fit([c.pool for c in self.cases], [c.right for c in self.cases])
        signs, first, later, similarity = [], [], [], []
        for number, case in enumerate(self.cases):
            if number % ASKED_AT_ONCE == 0:
                report(0.2 + 0.7 * number / len(self.cases))
            ranked = rank(case.base, ranker, case.retrieved, case.log_odds)
            ordered = case.right[ranked.order]
            signs.append(ranked.signs)
            first.append(bool(ordered[0]))
            later.append(bool(ordered[1:].any()))
            similarity.append(case.retrieved.similarity_of(int(ranked.order[0])))
        confidence = Confidence.fit(np.array(signs), np.array(first), np.array(later))
        confidence = confidence.remembering(similarity, np.array(signs))
        errors = np.array(self.errors, dtype=np.float64).reshape(-1, 3)
        intervals = TimeIntervals.fit(
            errors[:, 0],
            errors[:, 1].astype(int),
            errors[:, 2].astype(int),
            len(library.names["jobs"]),
        )
        return ranker, confidence, intervals
