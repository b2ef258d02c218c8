"""Reads for pages and API: cycles, their trend, alerts, missing values, the log."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from quality.core.evaluation import SMALL
from quality.models import Alert, QualityCycle, SampleResult
from registry.kinds import QUALITY_CYCLE
from registry.models import Job

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from django.db.models import QuerySet

TREND = 30
ITEMS_SHOWN = 20
LOG_BYTES = 200_000


def listed() -> QuerySet[QualityCycle]:
    """Return the cycles, newest first."""
    return QualityCycle.objects.newest_first().without_content()


def trend(since: date | None = None, until: date | None = None) -> list[QualityCycle]:
    """Return the newest finished cycles of a period, oldest first."""
    rows = QualityCycle.objects.finished().newest_first().without_content()
    if since:
        rows = rows.filter(started_at__date__gte=since)
    if until:
        rows = rows.filter(started_at__date__lte=until)
    return list(reversed(rows[:TREND]))


def groups_of(cycles: Sequence[QualityCycle], dimension: str) -> dict[int, dict[str, Any]]:
    """Return for each cycle its figures by the values of one dimension."""
    rows = QualityCycle.objects.filter(pk__in=[cycle.pk for cycle in cycles])
    found = rows.values_list("pk", f"groups__{dimension}")
    return {number: groups or {} for number, groups in found}


def group_names() -> dict[str, list[str]]:
    """Return the item families and operations of the newest cycle."""
    rows = QualityCycle.objects.finished().newest_first()
    groups = rows.values_list("groups", flat=True).first() or {}
    return {name: sorted(groups.get(name, {})) for name in ("family", "operation")}


def newest() -> QualityCycle | None:
    """Return the newest finished cycle with everything."""
    return QualityCycle.objects.finished().newest_first().first()


def alerts(*, only_open: bool = False) -> QuerySet[Alert]:
    """Return the alerts, newest first."""
    rows = Alert.objects.newest_first()
    return rows.open() if only_open else rows


def open_job() -> Job | None:
    """Return the cycle that runs or waits."""
    jobs = Job.objects.of(QUALITY_CYCLE)
    return jobs.running().first() or jobs.waiting().first()


def worst(
    cycle: QualityCycle, family: str = "", operation: str = "", count: int = ITEMS_SHOWN
) -> QuerySet[SampleResult]:
    """Return the items with the largest errors of time."""
    rows = cycle.results.filter(mean_error__isnull=False).defer("operations")
    if family == SMALL:
        rows = rows.exclude(family__in=[name for name in cycle.groups["family"] if name != SMALL])
    elif family:
        rows = rows.filter(family=family)
    if operation:
        rows = rows.filter(jobs__contains=f"+{operation}+")
    return rows.order_by("-mean_error", "pk")[:count]


def errors(cycle: QualityCycle) -> list[float]:
    """Return the mean error of each item whose times are known."""
    rows = cycle.results.filter(mean_error__isnull=False).order_by("pk")
    return [error for error in rows.values_list("mean_error", flat=True) if error is not None]


def nulls() -> dict[str, Any]:
    """Return the missing values by column, as the newest cycle found them."""
    cycle = newest()
    if cycle is None:
        return {"cycle": None, "model_version": "", "new_items": 0, "columns": []}
    fresh = {one["column"]: one["missing"] for one in cycle.findings.get("columns", [])}
    rates = cycle.findings.get("audit", {}).get("missing", {})
    return {
        "cycle": cycle.pk,
        "model_version": cycle.model_version,
        "new_items": cycle.findings.get("new_items", 0),
        "columns": [
            {"column": name, "missing": rate, "new_missing": fresh.get(name)}
            for name, rate in sorted(rates.items())
        ],
    }


@dataclass(frozen=True, slots=True)
class Missing:
    """The share of missing values of each column in the items that were newest on a day."""

    day: str
    rates: dict[str, float]


def missing_over_time() -> list[Missing]:
    """Return the missing values of the newest cycles, oldest first; old cycles kept none."""
    rows = QualityCycle.objects.finished().newest_first()
    kept = rows.values_list("started_at", "findings__missing")[:TREND]
    return [
        Missing(f"{timezone.localtime(at):%Y-%m-%d}", rates)
        for at, rates in reversed(kept)
        if rates
    ]


def log_lines(path: Path, level: str = "", count: int = 200) -> list[dict[str, Any]]:
    """Return the newest lines of the quality log, newest first."""
    if not path.exists():
        return []
    with path.open("rb") as stream:
        size = stream.seek(0, 2)
        stream.seek(max(0, size - LOG_BYTES))
        tail = stream.read().decode("utf-8", errors="replace").splitlines()
    if size > LOG_BYTES:
        tail = tail[1:]  # the first one is cut
    lines = [json.loads(line) for line in tail if line.startswith("{") and line.endswith("}")]
    wanted = [line for line in lines if not level or line["level"] == level]
    return wanted[::-1][:count]
