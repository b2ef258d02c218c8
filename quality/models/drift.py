"""Drift of the live answers: looks at the stream, the events among them, and resets."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class DriftCheckQuerySet(models.QuerySet["DriftCheck"]):
    """Chainable questions about drift."""

    def events(self) -> Self:
        """Return the looks that found something new."""
        return self.filter(is_event=True)


class DriftCheck(models.Model):
    """One look at the newest answers of a version."""

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    model_version = models.CharField(_("version"), max_length=100)
    answers = models.PositiveIntegerField(_("answers"))
    similarity = models.FloatField(_("similarity moved by"), null=True, blank=True)
    similarity_limit = models.FloatField(null=True, blank=True)
    confidence = models.FloatField(_("confidence moved by"), null=True, blank=True)
    confidence_limit = models.FloatField(null=True, blank=True)
    band = models.CharField(_("how far"), max_length=20)
    is_event = models.BooleanField(_("event"), default=False)
    seen = models.JSONField(default=dict)
    """The answers that were looked at, as histograms named as those of the baseline."""

    objects = DriftCheckQuerySet.as_manager()

    class Meta:
        verbose_name = _("look at drift")
        verbose_name_plural = _("looks at drift")
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} {self.band}"


class DriftReset(models.Model):
    """Somebody has dealt with the drift: what was before no longer counts."""

    at = models.DateTimeField(_("when"), default=timezone.now)
    by = models.CharField(_("who"), max_length=254)
    note = models.CharField(_("note"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("reset of drift")
        verbose_name_plural = _("resets of drift")
        ordering = ("-pk",)
        constraints = (models.CheckConstraint(name="driftreset_by_somebody", condition=~Q(by="")),)

    def __str__(self) -> str:
        return f"{timezone.localtime(self.at):%Y-%m-%d %H:%M} {self.by}"
