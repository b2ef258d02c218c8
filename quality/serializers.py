"""What the API takes and says about quality and drift."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from accounts.commands import LARGEST_SEED
from quality.core.sampling import Strategy
from quality.models import Alert, DriftCheck, QualityCycle
from quality.services.drift import MOST_LOOKS

LARGEST = 100_000


class CycleIn(serializers.Serializer[Any]):
    """A cycle to run; what is left out is as in the settings."""

    sample_size = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LARGEST
    )
    strategy = serializers.ChoiceField(
        [str(each) for each in Strategy], required=False, allow_null=True
    )
    seed = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=LARGEST_SEED
    )


class CycleStartedOut(serializers.Serializer[Any]):
    """The job that runs the cycle."""

    job_id = serializers.IntegerField()
    status = serializers.CharField(help_text="STARTED: it is queued")


class CycleOut(serializers.ModelSerializer[QualityCycle]):
    """A cycle as lists show it."""

    class Meta:
        model = QualityCycle
        fields: tuple[str, ...] = (
            "id", "started_at", "finished_at", "state", "reason", "asked_by", "job",
            "model_version", "strategy", "column", "seed", "sample_size", "population", "measured",
            "failed", "alerts_raised", "retraining", "metrics", "limits",
        )  # fmt: skip


class CycleDetailOut(CycleOut):
    """A cycle with its figures by group and its findings."""

    class Meta(CycleOut.Meta):
        fields = (*CycleOut.Meta.fields, "groups", "findings")


class AlertFilter(serializers.Serializer[Any]):
    """Which alerts to list."""

    open = serializers.BooleanField(required=False, default=False, help_text="only open ones")


class AlertOut(serializers.ModelSerializer[Alert]):
    """An alert."""

    class Meta:
        model = Alert
        fields = (
            "id", "rule", "subject", "severity", "value", "limit", "details", "model_version",
            "raised_at", "raised_in", "seen_at", "cleared_at", "acknowledged_at",
            "acknowledged_by", "note",
        )  # fmt: skip


class NoteIn(serializers.Serializer[Any]):
    """What a person says to it."""

    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class MissingOut(serializers.Serializer[Any]):
    """A column's share of missing values."""

    column = serializers.CharField()
    missing = serializers.FloatField(help_text="of all items when the version was trained")
    new_missing = serializers.FloatField(allow_null=True, help_text="of the items since then")


class NullsOut(serializers.Serializer[Any]):
    """Missing values by column, as the newest cycle found them."""

    cycle = serializers.IntegerField(allow_null=True)
    model_version = serializers.CharField(allow_blank=True)
    new_items = serializers.IntegerField()
    columns = MissingOut(many=True)


class DriftStatusOut(serializers.Serializer[Any]):
    """How far the live answers have moved."""

    checked_at = serializers.DateTimeField(allow_null=True)
    model_version = serializers.CharField(allow_blank=True)
    answers = serializers.IntegerField()
    band = serializers.ChoiceField(["none", "slight", "clear", "severe"])
    similarity = serializers.FloatField(allow_null=True)
    similarity_limit = serializers.FloatField(allow_null=True)
    confidence = serializers.FloatField(allow_null=True)
    confidence_limit = serializers.FloatField(allow_null=True)
    events = serializers.IntegerField(help_text="in the last seven days")
    should_retrain = serializers.BooleanField()
    reasons = serializers.ListField(child=serializers.CharField())


class DaysIn(serializers.Serializer[Any]):
    """How far back."""

    days = serializers.IntegerField(required=False, default=7, min_value=1, max_value=365)


class DriftCheckOut(serializers.ModelSerializer[DriftCheck]):
    """One look at the live answers."""

    class Meta:
        model = DriftCheck
        fields = (
            "at", "model_version", "answers", "similarity", "similarity_limit", "confidence",
            "confidence_limit", "band", "is_event",
        )  # fmt: skip


class DriftSummaryOut(serializers.Serializer[Any]):
    """The looks of some days."""

    days = serializers.IntegerField()
    checks = serializers.IntegerField()
    events = serializers.IntegerField()
    bands = serializers.DictField(child=serializers.IntegerField())
    rows = DriftCheckOut(many=True, help_text=f"the newest {MOST_LOOKS:,}")
