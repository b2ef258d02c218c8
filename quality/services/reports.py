"""Writes a cycle's reports, keeps the newest, and the log line of each cycle."""

from __future__ import annotations

import json
import logging
import shutil
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from quality import selectors
from quality.core import report
from registry import selectors as registry_selectors

if TYPE_CHECKING:
    from pathlib import Path

    from quality.models import QualityCycle

log = logging.getLogger(__name__)

LOG_NAME = "performance.quality.log"


def about(cycle: QualityCycle) -> dict[str, Any]:
    """Return what identifies a cycle."""
    return {
        "cycle": cycle.pk,
        "started_at": timezone.localtime(cycle.started_at).isoformat(timespec="seconds"),
        "state": str(cycle.state),
        "reason": cycle.reason,
        "model_version": cycle.model_version,
        "strategy": cycle.strategy,
        "seed": cycle.seed,
        "population": cycle.population,
        "measured": cycle.measured,
        "failed": cycle.failed,
        "alerts_raised": cycle.alerts_raised,
        "retraining": cycle.retraining,
    }


def as_json(cycle: QualityCycle) -> dict[str, Any]:
    """Return everything about a cycle."""
    return {
        **about(cycle),
        "metrics": cycle.metrics,
        "groups": cycle.groups,
        "findings": cycle.findings,
        "limits": cycle.limits,
        "alerts": alerts_of(cycle),
        "items": _rows(cycle),
    }


def as_csv(cycle: QualityCycle) -> str:
    """Return one row an item."""
    return report.as_csv(_rows(cycle))


def as_markdown(cycle: QualityCycle) -> str:
    """Return what a manager reads."""
    rows = [one.to_json() for one in selectors.worst(cycle, count=report.WORST)]
    return report.markdown(about(cycle), cycle.metrics, alerts_of(cycle), rows)


def summary_csv(cycles: list[QualityCycle]) -> str:
    """Return one row a cycle."""
    return report.as_csv([report.summary_row(about(one), one.metrics) for one in cycles])


def alerts_of(cycle: QualityCycle) -> list[str]:
    """Return the alerts that a cycle raised, each in a few words."""
    return [
        f"{alert.get_severity_display()}: {alert} {alert.value:.3g} ({alert.limit:.3g})"
        for alert in cycle.alerts.order_by("pk")
    ]


def write(cycle: QualityCycle) -> Path:
    """Write the reports of a cycle and remove the oldest ones."""
    folder = folder_of(cycle)
    folder.mkdir(parents=True, exist_ok=True)
    document = json.dumps(as_json(cycle), ensure_ascii=False, indent=1)
    mark = "\ufeff"  # lets Excel read the Korean
    for name, text in (
        ("report.json", document),
        ("items.csv", mark + as_csv(cycle)),
        ("summary.csv", mark + summary_csv([cycle])),
        ("report.md", as_markdown(cycle)),
    ):
        (folder / name).write_text(text, encoding="utf-8", newline="")
    kept = registry_selectors.iter_training().reports.keep
    for old in sorted(folder.parent.glob("cycle-*"))[:-kept]:
        shutil.rmtree(old, ignore_errors=True)
    return folder


def folder_of(cycle: QualityCycle) -> Path:
    """Return where the reports of a cycle are kept."""
    home: Path = settings.DATA_DIR
    return home / "quality" / f"cycle-{cycle.pk:08d}"


def log_file() -> Path:
    """Return the quality log."""
    folder: Path = settings.DATA_DIR / "logs"
    return folder / LOG_NAME


def note(cycle: QualityCycle) -> None:
    """Add the structured line of a cycle to the quality log, if it is severe enough."""
    good = cycle.state == "finished" and not cycle.alerts_raised
    level = "INFO" if good else "ERROR" if cycle.state == "failed" else "WARNING"
    log.info("quality.cycle.ended", extra={"cycle": cycle.pk, "state": str(cycle.state)})
    severity = logging.getLevelNamesMapping()
    if severity[level] < severity[registry_selectors.iter_training().logging.level]:
        return
    figures = {name: cycle.metrics.get(name) for name in report.FIGURES}
    line = {"at": timezone.localtime().isoformat(timespec="seconds"), "level": level}
    entry = line | {"event": "quality.cycle.ended"} | about(cycle) | {"figures": figures}
    path = log_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(entry, ensure_ascii=False) + "\n")


def _rows(cycle: QualityCycle) -> list[dict[str, Any]]:
    return [one.to_json() for one in cycle.results.defer("operations").order_by("pk")]
