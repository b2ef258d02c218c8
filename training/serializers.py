"""What the API takes and says about trainings and their jobs."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from registry import job_words
from registry.kinds import KINDS, TRAIN
from registry.models import Job, JobState
from registry.services import jobs
from training import selectors
from training.core.specs import CANDIDATES
from training.models import RetrainingRequest
from training.services.starts import Strategy

LARGEST_SAMPLE = 2_000_000_000
EVERY_KIND = "all"


class StartIn(serializers.Serializer[Any]):
    """A training to start; everything may be left out."""

    version_name = serializers.CharField(
        required=False, allow_null=True, max_length=40, help_text="YYYY.MM.DD_build"
    )
    sample_size = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST_SAMPLE,
        help_text="learn from the newest so many routed items only",
    )  # fmt: skip
    strategy = serializers.ChoiceField(
        [str(each) for each in Strategy], required=False, default=str(Strategy.FULL),
        help_text="learn everything anew, or add what came since to the active version",
    )  # fmt: skip
    candidates = serializers.ListField(
        child=serializers.ChoiceField(CANDIDATES), required=False, allow_null=True,
        help_text="ways to learn times that compete with boosting, the present one; left out: "
        "those of the settings",
    )  # fmt: skip
    dry_run = serializers.BooleanField(
        required=False, default=False, help_text="do everything but write and register"
    )
    cycle_id = serializers.CharField(
        required=False, allow_null=True, max_length=64, help_text="the quality cycle behind it"
    )


class StartedOut(serializers.Serializer[Any]):
    """The job that will do what was asked."""

    job_id = serializers.IntegerField()
    status = serializers.CharField(help_text="STARTED: it is queued")


class JobFilter(serializers.Serializer[Any]):
    """Which jobs to list."""

    kind = serializers.ChoiceField([*KINDS, EVERY_KIND], required=False, default=TRAIN)
    state = serializers.ChoiceField(JobState.values, required=False)


class Said(serializers.CharField):
    """A step or a reason: stored in English, said in the caller's language."""

    def to_representation(self, value: Any) -> str:
        """Say it."""
        return job_words.said(str(value))


class JobOut(serializers.ModelSerializer[Job]):
    """A job as lists show it."""

    job_id = serializers.IntegerField(source="pk")
    status = serializers.CharField(source="state")
    current_step = Said(source="step", help_text="in the caller's language")
    error = Said(help_text="the reason, in the caller's language")
    place = serializers.SerializerMethodField(help_text="jobs that go before it")
    retry_of = serializers.IntegerField(source="retry_of_id", allow_null=True)
    seconds = serializers.FloatField(allow_null=True)

    class Meta:
        model = Job
        fields: tuple[str, ...] = (
            "job_id", "kind", "status", "progress", "current_step", "place", "parameters",
            "asked_at", "asked_by", "started_at", "finished_at", "seconds", "cancel_at",
            "cancel_by", "error", "retry_of",
        )  # fmt: skip

    def get_place(self, job: Job) -> int:
        """Return how many jobs go before it."""
        return jobs.place(job)


class StatusIn(serializers.Serializer[Any]):
    """From where on the log is wanted."""

    after = serializers.IntegerField(required=False, default=0, min_value=0, max_value=10**9)


class StatusOut(JobOut):
    """A job with what came of it and its newest log lines."""

    result = serializers.JSONField()
    logs = serializers.SerializerMethodField(help_text="[TIMESTAMP] [JOB_ID] [LEVEL] message")
    last_line = serializers.SerializerMethodField(help_text="ask for the lines `after` this one")

    class Meta(JobOut.Meta):
        fields = (*JobOut.Meta.fields, "result", "logs", "last_line")

    def to_representation(self, instance: Job) -> dict[str, Any]:
        """Read the lines once for both fields."""
        after = self.context.get("after", 0)
        self._lines = selectors.newest_lines(instance, after)
        self._last = self._lines[-1].number if self._lines else after
        return dict(super().to_representation(instance))

    def get_logs(self, job: Job) -> list[str]:
        """Return the lines as everywhere else."""
        return [str(line) for line in self._lines]

    def get_last_line(self, job: Job) -> int:
        """Return the number of the last line."""
        return self._last


class RequestOut(serializers.ModelSerializer[RetrainingRequest]):
    """A request for a retraining of which nothing has come yet."""

    outcome = Said()

    class Meta:
        model = RetrainingRequest
        fields = (
            "id", "reason", "evidence", "items", "state", "tries", "not_before", "job", "outcome",
            "asked_at", "asked_by",
        )  # fmt: skip


class QueueOut(serializers.Serializer[Any]):
    """The training that runs, those that wait in their order, and what is asked for."""

    running = JobOut(allow_null=True)
    waiting = JobOut(many=True)
    requests = RequestOut(many=True)
