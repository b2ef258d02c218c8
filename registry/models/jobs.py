"""Jobs: every long piece of work as a row of our own, and what it said while it ran."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from registry.kinds import KINDS


class JobState(models.TextChoices):
    """Where a job is in its life."""

    QUEUED = "queued", _("Waiting")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")
    ERRORED = "errored", _("Broke down")
    CANCELLED = "cancelled", _("Cancelled")
    LOST = "lost", _("Lost")


OPEN = (JobState.QUEUED, JobState.RUNNING)


class JobQuerySet(models.QuerySet["Job"]):
    """Chainable questions about jobs."""

    def of(self, kind: str) -> Self:
        """Return the jobs of a kind."""
        return self.filter(kind=kind)

    def waiting(self) -> Self:
        """Return what has not begun, in the order in which it will."""
        return self.filter(state=JobState.QUEUED).order_by("pk")

    def running(self) -> Self:
        """Return what a worker has claimed."""
        return self.filter(state=JobState.RUNNING)

    def ended(self) -> Self:
        """Return what is over, however it ended."""
        return self.exclude(state__in=OPEN)

    def unfollowed(self) -> Self:
        """Return what is over, but what follows its end has not been done."""
        return self.ended().filter(followed_at=None)


class Job(models.Model):
    """One long piece of work.  django-q2 only starts it: this row says how it stands.

    ``claim`` names the worker's hold on it: only whoever has it may report or end the job.
    ``offered_at`` says when it, or what follows its end, was last handed to the queue, and
    ``followed_at`` when that was done.
    """

    kind = models.CharField(_("kind"), max_length=40)
    parameters = models.JSONField(_("parameters"), default=dict)
    state = models.CharField(
        _("state"), max_length=20, choices=JobState, default=JobState.QUEUED, db_index=True
    )
    alone = models.BooleanField(default=False, editable=False)
    claim = models.CharField(max_length=32, blank=True, editable=False)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    step = models.CharField(_("step"), max_length=200, blank=True)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    asked_by = models.CharField(_("asked by"), max_length=254)
    offered_at = models.DateTimeField(default=timezone.now, editable=False)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    heartbeat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    finished_at = models.DateTimeField(_("ended"), null=True, blank=True)
    followed_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancel_at = models.DateTimeField(_("cancel asked"), null=True, blank=True)
    cancel_by = models.CharField(_("cancel asked by"), max_length=254, blank=True)
    result = models.JSONField(_("result"), default=dict)
    error = models.TextField(_("reason"), blank=True)
    traceback = models.TextField(_("traceback"), blank=True)
    retry_of = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="retries",
        verbose_name=_("retry of"),
    )  # fmt: skip

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=JobState.values), name="job_state_is_known"
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="job_progress_to_100"),
            models.CheckConstraint(
                condition=Q(state__in=OPEN, finished_at=None)
                | (~Q(state__in=OPEN) & Q(finished_at__isnull=False)),
                name="job_ended_has_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(state="running")
                | (Q(started_at__isnull=False, heartbeat_at__isnull=False) & ~Q(claim="")),
                name="job_running_is_claimed",
            ),
            models.CheckConstraint(
                condition=Q(cancel_at=None, cancel_by="")
                | (Q(cancel_at__isnull=False) & ~Q(cancel_by="")),
                name="job_cancel_when_and_who",
            ),
            models.UniqueConstraint(
                fields=("kind",),
                condition=Q(state="running", alone=True),
                name="job_one_alone_at_a_time",
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.kind}"

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN

    @property
    def is_waiting(self) -> bool:
        """Whether it has not begun."""
        return self.state == JobState.QUEUED

    @property
    def label(self) -> str:
        """What its kind is called."""
        return str(KINDS[self.kind].label) if self.kind in KINDS else self.kind

    @property
    def seconds(self) -> float | None:
        """How long it ran, or has been running."""
        if self.started_at is None:
            return None
        return ((self.finished_at or timezone.now()) - self.started_at).total_seconds()


class Level(models.TextChoices):
    """How much a line matters."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


class JobLine(models.Model):
    """One line of a job's log; ``number`` counts within the job, without gaps."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="lines")
    number = models.PositiveIntegerField()
    at = models.DateTimeField(_("when"), default=timezone.now)
    level = models.CharField(_("level"), max_length=10, choices=Level, default=Level.INFO)
    message = models.CharField(_("message"), max_length=2000)

    class Meta:
        verbose_name = _("log line")
        verbose_name_plural = _("log lines")
        ordering = ("job", "number")
        constraints = (
            models.UniqueConstraint(fields=("job", "number"), name="jobline_number_within_job"),
            models.CheckConstraint(
                condition=Q(level__in=Level.values), name="jobline_level_is_known"
            ),
        )

    def __str__(self) -> str:
        when = timezone.localtime(self.at).isoformat(timespec="seconds")
        return f"[{when}] [{self.job_id}] [{self.level}] {self.message}"

    def to_json(self) -> dict[str, Any]:
        """Return the line for a program."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "level": self.level,
            "message": self.message,
            "text": str(self),
        }
