"""Model versions, one of them active, and what was live when."""

from __future__ import annotations

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0001_mapping_profiles"),
    ]

    operations = [
        migrations.CreateModel(
            name="ModelVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        max_length=20,
                        unique=True,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9]{4}\\.(0[1-9]|1[0-2])\\.(0[1-9]|[12][0-9]|3[01])_[1-9][0-9]{0,5}\\Z"
                            )
                        ],
                        verbose_name="version",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("registered", "Registered"),
                            ("active", "Active"),
                            ("retired", "Retired"),
                        ],
                        default="registered",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="trained"),
                ),
                ("created_by", models.CharField(max_length=254, verbose_name="trained by")),
                (
                    "activated_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last activated"),
                ),
                (
                    "activated_by",
                    models.CharField(blank=True, max_length=254, verbose_name="last activated by"),
                ),
                ("reload_count", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "manifest_digest",
                    models.CharField(max_length=64, verbose_name="manifest checksum"),
                ),
                ("size_bytes", models.BigIntegerField(verbose_name="size in bytes")),
                (
                    "schema_hash",
                    models.CharField(blank=True, max_length=128, verbose_name="schema"),
                ),
                (
                    "dataset_hash",
                    models.CharField(blank=True, max_length=128, verbose_name="data set"),
                ),
                (
                    "profile_name",
                    models.CharField(blank=True, max_length=100, verbose_name="mapping profile"),
                ),
                (
                    "profile_revision",
                    models.CharField(blank=True, max_length=20, verbose_name="profile revision"),
                ),
                (
                    "recall",
                    models.FloatField(blank=True, null=True, verbose_name="recall of the search"),
                ),
                ("metrics", models.JSONField(default=dict, verbose_name="figures")),
            ],
            options={
                "verbose_name": "model version",
                "verbose_name_plural": "model versions",
                "ordering": ("-created_at", "-id"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "active")),
                        fields=("state",),
                        name="modelversion_one_active",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["registered", "active", "retired"])),
                        name="modelversion_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("created_by", ""), _negated=True),
                        name="modelversion_created_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("activated_at__isnull", True), ("activated_by", "")),
                            models.Q(
                                ("activated_at__isnull", False),
                                models.Q(("activated_by", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="modelversion_activated_at_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "active"), _negated=True),
                            ("activated_at__isnull", False),
                            _connector="OR",
                        ),
                        name="modelversion_active_was_activated",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recall__isnull", True),
                            models.Q(("recall__gte", 0), ("recall__lte", 1)),
                            _connector="OR",
                        ),
                        name="modelversion_recall_is_a_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size_bytes__gte", 0)),
                        name="modelversion_size_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Activation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("activated", "Activated"), ("rolled_back", "Rolled back to")],
                        max_length=20,
                        verbose_name="how",
                    ),
                ),
                (
                    "at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="when"),
                ),
                ("by", models.CharField(max_length=254, verbose_name="who")),
                (
                    "returns_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.activation",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.modelversion",
                        verbose_name="in place of",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activations",
                        to="registry.modelversion",
                        verbose_name="version",
                    ),
                ),
            ],
            options={
                "verbose_name": "activation",
                "verbose_name_plural": "activations",
                "ordering": ("-id",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["activated", "rolled_back"])),
                        name="activation_kind_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("by", ""), _negated=True), name="activation_by_somebody"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("previous__isnull", True),
                            models.Q(("previous", models.F("version")), _negated=True),
                            _connector="OR",
                        ),
                        name="activation_replaces_another",
                    ),
                ],
            },
        ),
    ]
