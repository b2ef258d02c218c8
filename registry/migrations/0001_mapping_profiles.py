"""Mapping profiles: named revisions, at most one active in each direction."""

from __future__ import annotations

import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="MappingProfile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "direction",
                    models.CharField(
                        choices=[("input", "Input"), ("output", "Output")],
                        default="input",
                        max_length=10,
                        verbose_name="direction",
                    ),
                ),
                ("revision", models.PositiveIntegerField(verbose_name="revision")),
                ("document", models.JSONField(verbose_name="document")),
                ("is_active", models.BooleanField(default=False, verbose_name="active")),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created"
                    ),
                ),
                ("created_by", models.CharField(max_length=254, verbose_name="created by")),
            ],
            options={
                "verbose_name": "mapping profile",
                "verbose_name_plural": "mapping profiles",
                "ordering": ["direction", "name", "-revision"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("direction", "name", "revision"),
                        name="mappingprofile_revision_once",
                    ),
                    models.UniqueConstraint(
                        condition=Q(("is_active", True)),
                        fields=("direction",),
                        name="mappingprofile_one_active_per_direction",
                    ),
                    models.CheckConstraint(
                        condition=Q(("direction__in", ["input", "output"])),
                        name="mappingprofile_direction_is_known",
                    ),
                    models.CheckConstraint(
                        condition=Q(("revision__gte", 1)),
                        name="mappingprofile_revision_from_one",
                    ),
                ],
            },
        ),
    ]
