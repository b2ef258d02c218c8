"""What follows from a cycle or from drift: a request for a retraining, a probation judged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quality.core.alerts import RETRAIN
from quality.models import DriftCheck, QualityCycle
from quality.services import drift
from training import selectors
from training.models import Reason, RetrainingRequest
from training.services import deployment, retraining

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quality.core.results import ItemResult
    from quality.models import Alert

WORST_ITEMS = 20


def ask_for_retraining(
    cycle: QualityCycle, raised: Iterable[Alert], items: Iterable[ItemResult]
) -> str:
    """Ask for a new version when an alert says that one would help; return what was asked."""
    evidence: dict[str, Any] = {
        str(alert): {"value": alert.value, "limit": alert.limit}
        for alert in raised
        if alert.rule in RETRAIN
    }
    if not evidence:
        return ""
    measured = [one for one in items if one.mean_error is not None]
    worst = sorted(measured, key=lambda one: -(one.mean_error or 0.0))[:WORST_ITEMS]
    row = retraining.request(
        reason=Reason.QUALITY,
        evidence={"cycle": cycle.pk, "version": cycle.model_version, **evidence},
        items=[one.code for one in worst],
        by=f"quality cycle {cycle.pk}",
    )
    return f"request {row.pk}: {', '.join(evidence)}"[:200]


def ask_after_drift() -> RetrainingRequest | None:
    """Ask for a new version when the live answers say that one is needed; once for each cause.

    Nothing is asked while a request is open, nor again about the same version within the days that
    drift is counted over, unless somebody has started anew.
    """
    told = drift.status()
    if not told["should_retrain"] or selectors.requests(only_open=True).exists():
        return None
    since, version = drift.counted_since(), told["model_version"]
    moved = DriftCheck.objects.events().filter(at__gte=since, model_version=version)
    if not moved.exists() and "error" not in told["reasons"]:
        return None  # what moved was the version before
    earlier = RetrainingRequest.objects.filter(reason=Reason.DRIFT, asked_at__gte=since)
    if any(row.evidence.get("version") == version for row in earlier):
        return None
    evidence = {
        "version": version,
        "why": ", ".join(told["reasons"]),
        "events": told["events"],
        "similarity": {"value": told["similarity"], "limit": told["similarity_limit"]},
        "confidence": {"value": told["confidence"], "limit": told["confidence_limit"]},
    }
    return retraining.request(reason=Reason.DRIFT, evidence=evidence, by="drift")


def judge_probation(cycle: QualityCycle) -> None:
    """Hold a finished cycle against the probation of its version, if it is on one.

    The figures it is held against are those of the last cycle of the version before.
    """
    probation = selectors.probation()
    if probation is None:
        return
    before = QualityCycle.objects.finished().filter(model_version=probation.previous.name)
    last = before.newest_first().first()
    deployment.judge(
        version=cycle.model_version,
        figures=_figures(cycle),
        cycle=str(cycle.pk),
        reference=_figures(last) if last else None,
    )


def _figures(cycle: QualityCycle) -> dict[str, float | None]:
    return {key: cycle.metrics.get(key) for key in deployment.JUDGED}
