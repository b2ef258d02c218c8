import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

ROLES = ["planner", "engineer", "administrator", "auditor"]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_counters_of_tries"),
    ]

    operations = [
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "role",
                    models.CharField(
                        choices=[(role, role.title()) for role in ROLES],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                (
                    "prefix",
                    models.CharField(max_length=12, unique=True, verbose_name="begins with"),
                ),
                ("digest", models.CharField(max_length=64)),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="made"),
                ),
                ("expires_at", models.DateTimeField(verbose_name="ends")),
                (
                    "last_used_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="last used"),
                ),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="revoked"),
                ),
                (
                    "revoked_by",
                    models.CharField(blank=True, max_length=254, verbose_name="revoked by"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="api_keys",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
                "ordering": ("-created_at", "-id"),
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(revoked_at__isnull=True, revoked_by="")
                        | (Q(revoked_at__isnull=False) & ~Q(revoked_by="")),
                        name="apikey_revoked_at_and_by_together",
                    ),
                    models.CheckConstraint(
                        condition=Q(role__in=ROLES), name="apikey_role_is_known"
                    ),
                ],
            },
        ),
    ]
