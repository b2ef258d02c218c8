"""Runtime parameters as revisions."""

from __future__ import annotations

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0002_model_versions"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConfigRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(unique=True, verbose_name="revision")),
                ("values", models.JSONField(default=dict, verbose_name="changed parameters")),
                ("comment", models.CharField(blank=True, max_length=500, verbose_name="why")),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="when"),
                ),
                ("created_by", models.CharField(max_length=254, verbose_name="who")),
            ],
            options={
                "verbose_name": "configuration revision",
                "verbose_name_plural": "configuration",
                "ordering": ("-number",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("number__gte", 1)),
                        name="configrevision_number_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("created_by", ""), _negated=True),
                        name="configrevision_created_by_somebody",
                    ),
                ],
            },
        ),
    ]
