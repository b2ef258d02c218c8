"""Runs a quality cycle: sample, predict, evaluate, alert, report; maybe ask for a retraining."""

from __future__ import annotations

import logging
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
from django.db import IntegrityError, transaction
from django.utils import timezone

from prediction import loader
from quality.core import evaluation
from quality.core.alerts import signals_of
from quality.core.results import judge
from quality.core.sampling import draw, strata_of, weights
from quality.models import (
    GONE,
    STOPPED,
    CycleFailed,
    CycleRuns,
    CycleState,
    CycleTooLong,
    QualityCycle,
    SampleResult,
)
from quality.services import (
    alerts,
    asking,
    consequences,
    feedback,
    findings,
    reports,
    shop,
)
from quality.services.settings import DETAILED_CYCLES, CycleSettings
from registry import selectors
from registry.core.artifacts import plain
from registry.core.errors import RoutingMLError
from registry.core.progress import Cancelled, Progress, span

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User
    from prediction.loader import LoadedModel
    from quality.core.results import ItemResult
    from quality.services.shop import Shop, Truth
    from registry.models import Job

log = logging.getLogger(__name__)

NO_ROUTING = "It has no routing in the ERP any more."
NOTHING_MEASURED = "None of the sampled items could be predicted and compared: {reason}"


@dataclass(frozen=True)
class _InTime:
    """A progress that ends the work when its time is over; nothing stops what is done."""

    parent: Progress
    seconds: int
    ends: float

    def report(self, share: float, step: str) -> None:
        """Tell the parent, while there is time."""
        if share < 1 and time.monotonic() > self.ends:
            raise CycleTooLong(
                f"It took longer than {self.seconds:,} seconds, the limit in the settings. "
                "Take a smaller sample, or raise the limit.",
                seconds=self.seconds,
            )
        self.parent.report(share, step)


@dataclass
class _Measured:
    """What was found about the sample."""

    items: list[ItemResult]
    problems: dict[str, str]
    truth: Truth


def execute(
    *,
    wanted: CycleSettings,
    progress: Progress,
    by: User | str | None = None,
    job: Job | None = None,
    today: datetime | None = None,
) -> QualityCycle:
    """Run one cycle with the version that is active now and return it.

    A version that becomes active meanwhile is looked at by the next cycle.

    Args:
        wanted: sample and thresholds.
        progress: told how far it is.
        by: who asked.
        job: the job that runs it.
        today: the day to take for now.

    Raises:
        CycleRuns: when another one is running.
        CycleFailed: when no sampled item could be predicted.
        CycleTooLong: when it takes longer than the settings allow.
        Cancelled: when ``progress`` asks to stop.
        RoutingMLError: no version is active, or the ERP cannot be read.
    """
    started = time.monotonic()
    seconds = selectors.iter_training().schedule.cycle_seconds
    cycle = _begin(wanted, seconds, by, job)
    try:
        _run(cycle, wanted, _InTime(progress, seconds, started + seconds), today)
    except Cancelled:
        _end(cycle, CycleState.CANCELLED, STOPPED)
        raise
    except RoutingMLError as error:
        _end(cycle, CycleState.FAILED, error.message)
        raise
    finally:
        if cycle.state == CycleState.RUNNING:  # a bug: it is told by its traceback
            _end(cycle, CycleState.FAILED, "It broke down.")
        reports.note(cycle)
    log.info(
        "quality.cycle.took",
        extra={"cycle": cycle.pk, "seconds": round(time.monotonic() - started, 1)},
    )
    return cycle


def _begin(
    wanted: CycleSettings, seconds: int, by: User | str | None, job: Job | None
) -> QualityCycle:
    """Store the cycle as the one that runs; one that was left behind is ended."""
    limit = timezone.now() - timedelta(seconds=seconds)
    for old in _running():
        if old.started_at < limit or (old.job is not None and not old.job.is_open):
            QualityCycle.objects.filter(pk=old.pk).end_left_behind(CycleState.FAILED, GONE)
    try:
        with transaction.atomic():
            return QualityCycle.objects.create(
                asked_by=str(by or "system")[:254],
                job=job,
                strategy=str(wanted.plan.strategy),
                column=wanted.column,
                seed=wanted.plan.seed,
                sample_size=wanted.plan.size,
                limits=asdict(wanted.limits),
            )
    except IntegrityError as error:
        raise CycleRuns(
            "A quality cycle is running already. Wait until it has ended, or cancel it."
        ) from error


def _running() -> list[QualityCycle]:
    """Return the cycle that is said to be running, if there is one."""
    rows = QualityCycle.objects.filter(state=CycleState.RUNNING)
    return list(rows.select_related("job"))


def _run(
    cycle: QualityCycle, wanted: CycleSettings, progress: Progress, today: datetime | None
) -> None:
    progress.report(0.0, "opening the version")
    loaded = loader.active()
    cycle.model_version = loaded.name
    cycle.column = shop.usual_column(loaded, wanted.column)
    around = shop.look_around(loaded, cycle.column, wanted.plan.seed, span(progress, 0.02, 0.2))
    cycle.population = len(around.population)
    cycle.save(update_fields=["model_version", "column", "population"])
    if cycle.population < max(wanted.smallest_population, 1):
        reason = (
            f"There are {cycle.population:,} routed items; a cycle needs at least "
            f"{wanted.smallest_population:,}. Nothing was measured."
        )
        _end(cycle, CycleState.NOT_MEASURABLE, reason)
        return
    day = np.datetime64(today or timezone.now().replace(tzinfo=None), "s")
    codes = draw(
        around.population, wanted.plan, today=float(day.astype("datetime64[D]").astype(int))
    )
    weight = weights(around.population, wanted.plan, codes)
    measured = _measure(loaded, around, weight, cycle.column, span(progress, 0.2, 0.85))
    if not measured.items:
        raise CycleFailed(NOTHING_MEASURED.format(reason=next(iter(measured.problems.values()))))
    progress.report(0.88, "working out the figures")
    _finish(cycle, wanted, loaded, around, measured, day, progress)


def _measure(
    loaded: LoadedModel,
    around: Shop,
    weight: Mapping[str, float],
    column: str,
    progress: Progress,
) -> _Measured:
    """Predict the sample and compare it with the ERP.

    Args:
        loaded: the version.
        around: its items and those that came since.
        weight: of each sampled item by its code.
        column: that divides the population.
        progress: told how far it is.
    """
    truth = shop.read_truth(loaded, list(weight), span(progress, 0.0, 0.3))
    data = truth.data
    problems = dict.fromkeys(weight, NO_ROUTING)
    if data is None:
        return _Measured([], problems, truth)
    routed = data.library.routed
    rows = routed[[data.raw.codes[row] in weight for row in routed.tolist()]]
    strata = strata_of(data.raw, column, rows)
    asked = asking.ask(
        loaded, [data.raw.item(row) for row in rows.tolist()], span(progress, 0.3, 1.0)
    )
    items = []
    for row, family in zip(rows.tolist(), strata, strict=True):
        code = data.raw.codes[row]
        problems.pop(code, None)
        if code in asked.answers:
            unseen = code in around.new_codes
            items.append(
                judge(
                    asked.answers[code],
                    data,
                    row,
                    family=family,
                    unseen=unseen,
                    weight=weight[code],
                )
            )
    return _Measured(items, problems | asked.problems, truth)


def _finish(
    cycle: QualityCycle,
    wanted: CycleSettings,
    loaded: LoadedModel,
    around: Shop,
    measured: _Measured,
    day: np.datetime64,
    progress: Progress,
) -> None:
    """Work out the figures, store everything in one transaction, then write the reports."""
    data = measured.truth.data
    cv = data.statistics["cv"] if data else None
    told = evaluation.evaluate(measured.items, cv=cv, trim=wanted.trim, seed=wanted.plan.seed)
    found = findings.collect(
        loaded, around, measured.truth.results, told["overall"], day, wanted.plan.window_days
    )
    progress.report(0.95, "storing the results")
    cycle.measured, cycle.failed = len(measured.items), len(measured.problems)
    kept = feedback.figures(loaded.name, wanted.plan.window_days)
    cycle.metrics, cycle.groups = plain(told["overall"] | kept), plain(told["groups"])
    cycle.findings = plain(found.to_json() | {"reliability": told["reliability"]})
    with transaction.atomic():
        _store(cycle, measured)
        raised = alerts.apply([*signals_of(told["overall"], wanted.limits), *found.signals], cycle)
        cycle.alerts_raised = len(raised)
        cycle.retraining = consequences.ask_for_retraining(cycle, raised, measured.items)
        _end(cycle, CycleState.FINISHED, "")
    reports.write(cycle)
    consequences.judge_probation(cycle)
    progress.report(1.0, "done")


def _store(cycle: QualityCycle, measured: _Measured) -> None:
    """Keep what was found about each item; of old cycles only the figures stay."""
    rows = [
        SampleResult(
            cycle=cycle,
            item=one.code,
            family=one.family[:200],
            unseen=one.unseen,
            weight=one.weight,
            abstained=one.abstained,
            confidence=one.confidence,
            similarity=one.similarity,
            is_exact=one.exact,
            process_match=one.process_match,
            mean_error=one.mean_error,
            sample_count=sum(operation.reports for operation in one.operations),
            jobs=f"+{'+'.join(sorted({o.job for o in one.operations}))}+",
            predicted="+".join(one.best),
            actual="+".join(one.valid[0]) if one.valid else "",
            operations=plain([operation.to_json() for operation in one.operations]),
        )
        for one in measured.items
    ]
    rows += [
        SampleResult(cycle=cycle, item=code, problem=reason[:500])
        for code, reason in sorted(measured.problems.items())
    ]
    SampleResult.objects.bulk_create(rows, batch_size=100)
    kept = QualityCycle.objects.newest_first().values_list("pk", flat=True)[:DETAILED_CYCLES]
    SampleResult.objects.filter(cycle_id__lt=min(kept)).delete()


def _end(cycle: QualityCycle, state: CycleState, reason: str) -> None:
    cycle.state, cycle.reason, cycle.finished_at = state, reason, timezone.now()
    cycle.save()
