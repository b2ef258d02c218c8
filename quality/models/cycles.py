"""Quality cycles, and what each found out about every item of its sample."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.core.errors import RoutingMLError

STOPPED = "Somebody cancelled it."
GONE = "It ended without a word: its process has gone."


class CycleState(models.TextChoices):
    """How a cycle stands, or ended."""

    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    NOT_MEASURABLE = "not_measurable", _("Not measurable")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class CycleRuns(RoutingMLError):
    """Another cycle is running."""

    code = "cycle_running"


class CycleFailed(RoutingMLError):
    """No sampled item could be predicted."""

    code = "cycle_failed"


class CycleTooLong(RoutingMLError):
    """The cycle has taken longer than the settings allow."""

    code = "cycle_too_long"


class CycleUnknown(RoutingMLError):
    """There is no cycle of that number."""

    code = "cycle_unknown"


class CycleQuerySet(models.QuerySet["QualityCycle"]):
    """Chainable questions about cycles."""

    def finished(self) -> Self:
        """Return those that have figures."""
        return self.filter(state=CycleState.FINISHED)

    def newest_first(self) -> Self:
        """Order by when they began."""
        return self.order_by("-pk")

    def named(self, number: int) -> QualityCycle:
        """Return a cycle.

        Raises:
            CycleUnknown: when there is none of that number.
        """
        cycle = self.filter(pk=number).first()
        if cycle is None:
            raise CycleUnknown(f"There is no quality cycle {number}.", cycle=number)
        return cycle

    def end_left_behind(self, state: CycleState, reason: str) -> int:
        """End those that are said to run and whose process has gone; return how many."""
        rows = self.filter(state=CycleState.RUNNING)
        return rows.update(state=state, reason=reason, finished_at=timezone.now())

    def without_content(self) -> Self:
        """Leave the large columns in the database, for lists."""
        return self.defer("groups", "findings")


class QualityCycle(models.Model):
    """One look at how good the answers are.

    ``metrics`` are the figures overall with their intervals, ``groups`` the same by family,
    operation and so on, ``findings`` what was seen of the plant itself.
    """

    started_at = models.DateTimeField(_("started"), default=timezone.now, db_index=True)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=20, choices=CycleState, default=CycleState.RUNNING
    )
    reason = models.TextField(_("reason"), blank=True)
    asked_by = models.CharField(_("asked by"), max_length=254)
    job = models.ForeignKey(
        "registry.Job", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    model_version = models.CharField(_("version"), max_length=100, blank=True)
    strategy = models.CharField(_("sample"), max_length=20)
    column = models.CharField(_("strata"), max_length=100, blank=True)
    seed = models.BigIntegerField(_("seed"))
    sample_size = models.PositiveIntegerField(_("sample size"))
    population = models.PositiveIntegerField(_("population"), default=0)
    measured = models.PositiveIntegerField(_("items measured"), default=0)
    failed = models.PositiveIntegerField(_("items not measured"), default=0)
    alerts_raised = models.PositiveIntegerField(_("alerts raised"), default=0)
    retraining = models.CharField(_("retraining asked for"), max_length=200, blank=True)
    metrics = models.JSONField(_("figures"), default=dict)
    groups = models.JSONField(_("figures by group"), default=dict)
    findings = models.JSONField(_("findings"), default=dict)
    limits = models.JSONField(_("thresholds"), default=dict)

    objects = CycleQuerySet.as_manager()

    class Meta:
        verbose_name = _("quality cycle")
        verbose_name_plural = _("quality cycles")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                name="qualitycycle_state_is_known", condition=Q(state__in=CycleState.values)
            ),
            models.CheckConstraint(
                name="qualitycycle_ended_has_an_end",
                condition=Q(state=CycleState.RUNNING, finished_at=None)
                | (~Q(state=CycleState.RUNNING) & Q(finished_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="qualitycycle_one_at_a_time",
                fields=("state",),
                condition=Q(state=CycleState.RUNNING),
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {timezone.localtime(self.started_at):%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        """Return the cycle's own page."""
        return reverse("quality:cycle", args=[self.pk])

    def figure(self, name: str) -> float | None:
        """Return an overall figure, None when it was not measurable."""
        value = self.metrics.get(name)
        return None if value is None else float(value)


class SampleResult(models.Model):
    """One item of a cycle: how right its answer was, and each of its operations.

    An item that could not be predicted or measured says why in ``problem``.
    """

    cycle = models.ForeignKey(QualityCycle, models.CASCADE, related_name="results")
    item = models.CharField(_("item"), max_length=200)
    family = models.CharField(_("item family"), max_length=200, blank=True)
    problem = models.CharField(_("not measured because"), max_length=500, blank=True)
    unseen = models.BooleanField(_("new to the version"), default=False)
    weight = models.FloatField(_("items it stands for"), default=1.0)
    abstained = models.BooleanField(_("needs a planner"), default=False)
    confidence = models.FloatField(_("confidence"), null=True, blank=True)
    similarity = models.FloatField(_("similarity"), null=True, blank=True)
    is_exact = models.BooleanField(_("routing right"), null=True, blank=True)
    process_match = models.FloatField(_("operations right"), null=True, blank=True)
    mean_error = models.FloatField(_("mean error in minutes"), null=True, blank=True)
    sample_count = models.PositiveIntegerField(_("work results"), default=0)
    jobs = models.TextField(_("operations"), blank=True)
    predicted = models.TextField(_("proposed routing"), blank=True)
    actual = models.TextField(_("routing in force"), blank=True)
    operations = models.JSONField(_("operation by operation"), default=list)

    class Meta:
        verbose_name = _("sampled item")
        verbose_name_plural = _("sampled items")
        ordering = ("cycle", "item")
        constraints = (
            models.UniqueConstraint(name="sampleresult_item_once", fields=("cycle", "item")),
        )

    def __str__(self) -> str:
        return self.item

    def get_absolute_url(self) -> str:
        """Return the page of this item in its cycle."""
        return reverse("quality:item", args=[self.cycle_id, self.pk])

    def to_json(self) -> dict[str, Any]:
        """Return the row for a report."""
        names = (
            "item", "family", "weight", "problem", "unseen", "abstained", "confidence",
            "similarity", "is_exact", "process_match", "mean_error", "sample_count", "predicted",
            "actual",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}
