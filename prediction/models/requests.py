"""What was asked, what was answered, by which version, and how long it took: one row a request."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    """Where a request came from."""

    PAGE = "page", _("page")
    API = "api", _("API")
    COMMAND = "command", _("command line")
    BATCH = "batch", _("part of a batch")
    QUALITY = "quality", _("quality cycle")


class PredictionRequestQuerySet(models.QuerySet["PredictionRequest"]):
    """Chainable filters."""

    def newest_first(self) -> Self:
        """Order by when it was asked."""
        return self.order_by("-asked_at", "-pk")

    def without_content(self) -> Self:
        """Leave the two large columns in the database, for lists."""
        return self.defer("items", "results")


class PredictionRequest(models.Model):
    """One question and its answer in short.

    ``items`` is what was asked: a list of ``{"ITEM_CD", "attributes"}``, attributes null for
    an item that was named by its code.  ``results`` keeps the routings without times, because the
    version and the items give the rest again: ``{"answers": [...], "errors": [...]}``.  The person
    is kept by name, not by foreign key: the row outlives the account.
    """

    asked_at = models.DateTimeField(_("asked"), default=timezone.now, db_index=True)
    asked_by = models.CharField(_("by"), max_length=254, blank=True)
    channel = models.CharField(_("through"), max_length=20, choices=Channel)
    model_version = models.CharField(_("version"), max_length=100, db_index=True)
    top_k = models.PositiveSmallIntegerField(_("candidates"))
    leave_out = models.BooleanField(_("own routing left out"), default=False)
    first_item = models.CharField(_("first item"), max_length=200)
    item_count = models.PositiveIntegerField(_("items"))
    abstained_count = models.PositiveIntegerField(_("needs a planner"))
    error_count = models.PositiveIntegerField(_("not answered"))
    milliseconds = models.FloatField(_("milliseconds"))
    items = models.JSONField(_("asked"))
    results = models.JSONField(_("answered"))

    objects = PredictionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("prediction request")
        verbose_name_plural = _("prediction requests")
        constraints = (
            models.CheckConstraint(
                name="prediction_request_counts_fit",
                condition=Q(item_count__gte=F("abstained_count") + F("error_count")),
            ),
            models.CheckConstraint(
                name="prediction_request_channel_is_known", condition=Q(channel__in=Channel.values)
            ),
            models.CheckConstraint(
                name="prediction_request_asks_for_something",
                condition=Q(item_count__gte=1, top_k__gte=1, milliseconds__gte=0),
            ),
        )

    def __str__(self) -> str:
        asked = f"{timezone.localtime(self.asked_at):%Y-%m-%d %H:%M}"
        return f"{asked} {self.first_item} ({self.item_count})"

    def get_absolute_url(self) -> str:
        """Return the page of the answer."""
        return reverse("prediction:result", args=[self.pk])
