"""Alerts: raised once, kept while the figure is bad, cleared when it is good again."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from quality.models.cycles import QualityCycle


class AlertQuerySet(models.QuerySet["Alert"]):
    """Chainable questions about alerts."""

    def open(self) -> Self:
        """Return those whose cause is still there."""
        return self.filter(cleared_at=None)

    def newest_first(self) -> Self:
        """Order by when they were raised, open ones before cleared ones of the same moment."""
        return self.order_by("-pk")


class Alert(models.Model):
    """One thing that is wrong.  At most one is open for a rule and its subject."""

    rule = models.CharField(_("about"), max_length=40)
    subject = models.CharField(_("of"), max_length=200, blank=True)
    severity = models.CharField(
        _("severity"),
        max_length=20,
        choices=[("warning", _("Warning")), ("critical", _("Critical"))],
    )
    value = models.FloatField(_("figure"))
    limit = models.FloatField(_("threshold"))
    details = models.JSONField(_("evidence"), default=dict)
    model_version = models.CharField(_("version"), max_length=100, blank=True)
    raised_at = models.DateTimeField(_("raised"), default=timezone.now)
    raised_in = models.ForeignKey(
        QualityCycle, models.SET_NULL, null=True, blank=True, related_name="alerts"
    )
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)
    cleared_at = models.DateTimeField(_("cleared"), null=True, blank=True)
    acknowledged_at = models.DateTimeField(_("acknowledged"), null=True, blank=True)
    acknowledged_by = models.CharField(_("by"), max_length=254, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                name="alert_one_open_of_a_kind",
                fields=("rule", "subject"),
                condition=Q(cleared_at__isnull=True),
            ),
            models.CheckConstraint(
                name="alert_severity_is_known",
                condition=Q(severity__in=["warning", "critical"]),
            ),
            models.CheckConstraint(
                name="alert_acknowledged_when_and_who",
                condition=Q(acknowledged_at=None, acknowledged_by="")
                | (Q(acknowledged_at__isnull=False) & ~Q(acknowledged_by="")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}".strip()

    @property
    def is_open(self) -> bool:
        """Whether its cause is still there."""
        return self.cleared_at is None
