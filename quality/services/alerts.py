"""Raises, keeps and clears alerts; notes who has seen them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from accounts import audit
from quality.core import alerts as rules
from quality.models import Alert
from registry.core.errors import RoutingMLError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from quality.models import QualityCycle


class AlertUnknown(RoutingMLError):
    """There is no alert of that number."""

    code = "alert_unknown"


def apply(signals: Sequence[rules.Signal], cycle: QualityCycle) -> list[Alert]:
    """Bring the alerts in line with what a cycle found; return those that are new."""
    with transaction.atomic():
        open_ones = {
            (alert.rule, alert.subject): alert for alert in Alert.objects.open().select_for_update()
        }
        decision = rules.decide(signals, set(open_ones))
        raised = [_raise(signal, cycle) for signal in decision.raised]
        for signal in decision.kept:
            alert = open_ones[signal.key]
            alert.seen_at = timezone.now()
            if signal.value is not None:
                alert.value, alert.limit = signal.value, signal.limit
                alert.details = dict(signal.details)
                alert.severity = str(signal.weight)
            alert.save(update_fields=["seen_at", "value", "limit", "details", "severity"])
        gone = [open_ones[key].pk for key in decision.cleared]
        Alert.objects.filter(pk__in=gone).update(cleared_at=timezone.now())
    return raised


def acknowledge(number: int, *, note: str, by: User | str) -> Alert:
    """Note that somebody has seen an alert and what they say to it.

    Raises:
        AlertUnknown: when there is none of that number.
    """
    with transaction.atomic():
        changed = Alert.objects.filter(pk=number).update(
            acknowledged_at=timezone.now(), acknowledged_by=str(by)[:254], note=note[:500]
        )
        if not changed:
            raise AlertUnknown(f"There is no alert {number}.", alert=number)
        alert = Alert.objects.get(pk=number)
        audit.record(
            action="quality.alert.acknowledged", by=by, target=str(alert), after={"note": note}
        )
    return alert


def _raise(signal: rules.Signal, cycle: QualityCycle) -> Alert:
    return Alert.objects.create(
        rule=str(signal.rule),
        subject=signal.subject,
        severity=str(signal.weight),
        value=signal.limit if signal.value is None else signal.value,
        limit=signal.limit,
        details=dict(signal.details),
        model_version=cycle.model_version,
        raised_in=cycle,
    )
