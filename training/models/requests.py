"""Requests for a retraining: why, on which evidence, and what became of each."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.models import Job


class Reason(models.TextChoices):
    """Who or what asks."""

    QUALITY = "quality", _("Quality cycle")
    DRIFT = "drift", _("Drift")
    SCHEDULE = "schedule", _("Calendar")
    PERSON = "person", _("Somebody")


class RequestState(models.TextChoices):
    """Where a request is in its life."""

    WAITING = "waiting", _("Waiting")
    DEFERRED = "deferred", _("Set aside")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    SKIPPED = "skipped", _("Skipped")
    FAILED = "failed", _("Failed")


OPEN = (RequestState.WAITING, RequestState.DEFERRED, RequestState.RUNNING)


class RequestQuerySet(models.QuerySet["RetrainingRequest"]):
    """Chainable questions about requests."""

    def in_state(self, state: RequestState) -> Self:
        """Return those in a state, in the order in which they came."""
        return self.filter(state=state).order_by("pk")

    def open(self) -> Self:
        """Return those of which nothing has come yet, in the order in which they came."""
        return self.filter(state__in=OPEN).order_by("pk")


class RetrainingRequest(models.Model):
    """Somebody's or something's wish for a new version.

    ``place`` numbers the few that may wait at once: two requests cannot take the same, so there are
    never more than the settings say.  The others are set aside until a place is free.
    """

    reason = models.CharField(_("asked by"), max_length=20, choices=Reason)
    evidence = models.JSONField(_("evidence"), default=dict)
    items = models.JSONField(_("items"), default=list)
    sample_size = models.PositiveIntegerField(_("newest items"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=RequestState, db_index=True)
    place = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    job = models.ForeignKey(
        Job, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("job")
    )
    outcome = models.TextField(_("what came of it"), blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    asked_by = models.CharField(_("who"), max_length=254)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("retraining request")
        verbose_name_plural = _("retraining requests")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                name="retraining_reason_is_known", condition=Q(reason__in=Reason.values)
            ),
            models.CheckConstraint(
                name="retraining_state_is_known", condition=Q(state__in=RequestState.values)
            ),
            models.CheckConstraint(name="retraining_asked_by_somebody", condition=~Q(asked_by="")),
            models.CheckConstraint(
                name="retraining_waiting_has_a_place",
                condition=Q(state="waiting", place__isnull=False)
                | (~Q(state="waiting") & Q(place__isnull=True)),
            ),
            models.CheckConstraint(
                name="retraining_ended_has_an_end",
                condition=Q(state__in=OPEN, finished_at__isnull=True)
                | (~Q(state__in=OPEN) & Q(finished_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="retraining_one_in_each_place",
                fields=("place",),
                condition=Q(place__isnull=False),
            ),
            models.UniqueConstraint(
                name="retraining_one_running", fields=("state",), condition=Q(state="running")
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.reason}"

    @property
    def is_open(self) -> bool:
        """Whether nothing has come of it yet."""
        return self.state in OPEN
