"""Quality cycles and their results, alerts, and drift."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("registry", "0004_jobs"),
    ]

    operations = [
        migrations.CreateModel(
            name="DriftBaseline",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "model_version",
                    models.CharField(max_length=100, unique=True, verbose_name="version"),
                ),
                (
                    "made_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="made"),
                ),
                ("similarity", models.JSONField(default=list)),
                ("confidence", models.JSONField(default=list)),
            ],
            options={
                "verbose_name": "baseline of drift",
                "verbose_name_plural": "baselines of drift",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="DriftCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, verbose_name="when"
                    ),
                ),
                ("model_version", models.CharField(max_length=100, verbose_name="version")),
                ("answers", models.PositiveIntegerField(verbose_name="answers")),
                (
                    "similarity",
                    models.FloatField(blank=True, null=True, verbose_name="similarity moved by"),
                ),
                ("similarity_limit", models.FloatField(blank=True, null=True)),
                (
                    "confidence",
                    models.FloatField(blank=True, null=True, verbose_name="confidence moved by"),
                ),
                ("confidence_limit", models.FloatField(blank=True, null=True)),
                ("band", models.CharField(max_length=20, verbose_name="how far")),
                ("is_event", models.BooleanField(default=False, verbose_name="event")),
            ],
            options={
                "verbose_name": "look at drift",
                "verbose_name_plural": "looks at drift",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="DriftReset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="when"),
                ),
                ("by", models.CharField(max_length=254, verbose_name="who")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
            ],
            options={
                "verbose_name": "reset of drift",
                "verbose_name_plural": "resets of drift",
                "ordering": ("-pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("by", ""), _negated=True), name="driftreset_by_somebody"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="QualityCycle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "started_at",
                    models.DateTimeField(
                        db_index=True, default=django.utils.timezone.now, verbose_name="started"
                    ),
                ),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "Running"),
                            ("finished", "Finished"),
                            ("not_measurable", "Not measurable"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="running",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("asked_by", models.CharField(max_length=254, verbose_name="asked by")),
                (
                    "model_version",
                    models.CharField(blank=True, max_length=100, verbose_name="version"),
                ),
                ("strategy", models.CharField(max_length=20, verbose_name="sample")),
                ("column", models.CharField(blank=True, max_length=100, verbose_name="strata")),
                ("seed", models.BigIntegerField(verbose_name="seed")),
                ("sample_size", models.PositiveIntegerField(verbose_name="sample size")),
                ("population", models.PositiveIntegerField(default=0, verbose_name="population")),
                ("measured", models.PositiveIntegerField(default=0, verbose_name="items measured")),
                (
                    "failed",
                    models.PositiveIntegerField(default=0, verbose_name="items not measured"),
                ),
                (
                    "alerts_raised",
                    models.PositiveIntegerField(default=0, verbose_name="alerts raised"),
                ),
                (
                    "retraining",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="retraining asked for"
                    ),
                ),
                ("metrics", models.JSONField(default=dict, verbose_name="figures")),
                ("groups", models.JSONField(default=dict, verbose_name="figures by group")),
                ("findings", models.JSONField(default=dict, verbose_name="findings")),
                ("limits", models.JSONField(default=dict, verbose_name="thresholds")),
                (
                    "job",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="registry.job",
                    ),
                ),
            ],
            options={
                "verbose_name": "quality cycle",
                "verbose_name_plural": "quality cycles",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.CharField(max_length=40, verbose_name="about")),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="of")),
                (
                    "severity",
                    models.CharField(
                        choices=[("warning", "Warning"), ("critical", "Critical")],
                        max_length=20,
                        verbose_name="severity",
                    ),
                ),
                ("value", models.FloatField(verbose_name="figure")),
                ("limit", models.FloatField(verbose_name="threshold")),
                ("details", models.JSONField(default=dict, verbose_name="evidence")),
                (
                    "model_version",
                    models.CharField(blank=True, max_length=100, verbose_name="version"),
                ),
                (
                    "raised_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="raised"),
                ),
                (
                    "seen_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="last seen"
                    ),
                ),
                ("cleared_at", models.DateTimeField(blank=True, null=True, verbose_name="cleared")),
                (
                    "acknowledged_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="acknowledged"),
                ),
                (
                    "acknowledged_by",
                    models.CharField(blank=True, max_length=254, verbose_name="by"),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                (
                    "raised_in",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="alerts",
                        to="quality.qualitycycle",
                    ),
                ),
            ],
            options={
                "verbose_name": "alert",
                "verbose_name_plural": "alerts",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="SampleResult",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("item", models.CharField(max_length=200, verbose_name="item")),
                (
                    "family",
                    models.CharField(blank=True, max_length=200, verbose_name="item family"),
                ),
                (
                    "problem",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="not measured because"
                    ),
                ),
                ("unseen", models.BooleanField(default=False, verbose_name="new to the version")),
                ("abstained", models.BooleanField(default=False, verbose_name="needs a planner")),
                ("confidence", models.FloatField(blank=True, null=True, verbose_name="confidence")),
                ("similarity", models.FloatField(blank=True, null=True, verbose_name="similarity")),
                (
                    "is_exact",
                    models.BooleanField(blank=True, null=True, verbose_name="routing right"),
                ),
                (
                    "process_match",
                    models.FloatField(blank=True, null=True, verbose_name="operations right"),
                ),
                (
                    "mean_error",
                    models.FloatField(blank=True, null=True, verbose_name="mean error in minutes"),
                ),
                (
                    "sample_count",
                    models.PositiveIntegerField(default=0, verbose_name="work results"),
                ),
                ("jobs", models.TextField(blank=True, verbose_name="operations")),
                ("predicted", models.TextField(blank=True, verbose_name="proposed routing")),
                ("actual", models.TextField(blank=True, verbose_name="routing in force")),
                (
                    "operations",
                    models.JSONField(default=list, verbose_name="operation by operation"),
                ),
                (
                    "cycle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="results",
                        to="quality.qualitycycle",
                    ),
                ),
            ],
            options={
                "verbose_name": "sampled item",
                "verbose_name_plural": "sampled items",
                "ordering": ("cycle", "item"),
            },
        ),
        migrations.AddConstraint(
            model_name="qualitycycle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["running", "finished", "not_measurable", "failed", "cancelled"])
                ),
                name="qualitycycle_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualitycycle",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at", None), ("state", "running")),
                    models.Q(
                        models.Q(("state", "running"), _negated=True),
                        ("finished_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="qualitycycle_ended_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="qualitycycle",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "running")),
                fields=("state",),
                name="qualitycycle_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cleared_at__isnull", True)),
                fields=("rule", "subject"),
                name="alert_one_open_of_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(("severity__in", ["warning", "critical"])),
                name="alert_severity_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="alert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("acknowledged_at", None), ("acknowledged_by", "")),
                    models.Q(
                        ("acknowledged_at__isnull", False),
                        models.Q(("acknowledged_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="alert_acknowledged_when_and_who",
            ),
        ),
        migrations.AddConstraint(
            model_name="sampleresult",
            constraint=models.UniqueConstraint(
                fields=("cycle", "item"), name="sampleresult_item_once"
            ),
        ),
    ]
