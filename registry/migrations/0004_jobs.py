"""Jobs and what they say while they run."""

from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0003_config_revisions"),
    ]

    operations = [
        migrations.CreateModel(
            name="Job",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                ("parameters", models.JSONField(default=dict, verbose_name="parameters")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Waiting"),
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("errored", "Broke down"),
                            ("cancelled", "Cancelled"),
                            ("lost", "Lost"),
                        ],
                        db_index=True,
                        default="queued",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("alone", models.BooleanField(default=False, editable=False)),
                ("claim", models.CharField(blank=True, editable=False, max_length=32)),
                ("progress", models.PositiveSmallIntegerField(default=0, verbose_name="progress")),
                ("step", models.CharField(blank=True, max_length=200, verbose_name="step")),
                (
                    "asked_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked"),
                ),
                ("asked_by", models.CharField(max_length=254, verbose_name="asked by")),
                (
                    "offered_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                ("started_at", models.DateTimeField(blank=True, null=True, verbose_name="started")),
                (
                    "heartbeat_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last sign of life"),
                ),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "cancel_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="cancel asked"),
                ),
                (
                    "cancel_by",
                    models.CharField(blank=True, max_length=254, verbose_name="cancel asked by"),
                ),
                ("result", models.JSONField(default=dict, verbose_name="result")),
                ("error", models.TextField(blank=True, verbose_name="reason")),
                ("traceback", models.TextField(blank=True, verbose_name="traceback")),
                (
                    "retry_of",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="retries",
                        to="registry.job",
                        verbose_name="retry of",
                    ),
                ),
            ],
            options={
                "verbose_name": "job",
                "verbose_name_plural": "jobs",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="JobLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="when"),
                ),
                (
                    "level",
                    models.CharField(
                        choices=[("INFO", "Info"), ("WARNING", "Warning"), ("ERROR", "Error")],
                        default="INFO",
                        max_length=10,
                        verbose_name="level",
                    ),
                ),
                ("message", models.CharField(max_length=2000, verbose_name="message")),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="lines",
                        to="registry.job",
                    ),
                ),
            ],
            options={
                "verbose_name": "log line",
                "verbose_name_plural": "log lines",
                "ordering": ("job", "number"),
            },
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "queued",
                            "running",
                            "succeeded",
                            "failed",
                            "errored",
                            "cancelled",
                            "lost",
                        ],
                    )
                ),
                name="job_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(("progress__lte", 100)), name="job_progress_to_100"
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at", None), ("state__in", ("queued", "running"))),
                    models.Q(
                        models.Q(("state__in", ("queued", "running")), _negated=True),
                        ("finished_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="job_ended_has_an_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "running"), _negated=True),
                    models.Q(
                        ("heartbeat_at__isnull", False),
                        ("started_at__isnull", False),
                        models.Q(("claim", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="job_running_is_claimed",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancel_at", None), ("cancel_by", "")),
                    models.Q(
                        ("cancel_at__isnull", False), models.Q(("cancel_by", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="job_cancel_when_and_who",
            ),
        ),
        migrations.AddConstraint(
            model_name="job",
            constraint=models.UniqueConstraint(
                condition=models.Q(("alone", True), ("state", "running")),
                fields=("kind",),
                name="job_one_alone_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="jobline",
            constraint=models.UniqueConstraint(
                fields=("job", "number"), name="jobline_number_within_job"
            ),
        ),
        migrations.AddConstraint(
            model_name="jobline",
            constraint=models.CheckConstraint(
                condition=models.Q(("level__in", ["INFO", "WARNING", "ERROR"])),
                name="jobline_level_is_known",
            ),
        ),
    ]
