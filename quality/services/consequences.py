"""What follows from a cycle: a request for a retraining, and a verdict on a probation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quality.core.alerts import RETRAIN
from quality.models import QualityCycle
from training.models import Reason
from training.services import deployment, retraining

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quality.core.results import ItemResult
    from quality.models import Alert

WORST_ITEMS = 20
JUDGED = ("trim_mae", "process_match")


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


def judge_probation(cycle: QualityCycle) -> None:
    """Hold a finished cycle against the probation of its version, if it is on one.

    The figures it is held against are those of the last cycle before that version answered.
    """
    deployment.judge(
        version=cycle.model_version,
        figures=_figures(cycle),
        cycle=str(cycle.pk),
        reference=_before(cycle),
    )


def _before(cycle: QualityCycle) -> dict[str, float | None] | None:
    """Return the figures of the newest cycle of another version; None when there is none."""
    earlier = QualityCycle.objects.finished().filter(pk__lt=cycle.pk)
    row = earlier.exclude(model_version=cycle.model_version).newest_first().first()
    return _figures(row) if row else None


def _figures(cycle: QualityCycle) -> dict[str, float | None]:
    return {key: cycle.metrics.get(key) for key in JUDGED}
