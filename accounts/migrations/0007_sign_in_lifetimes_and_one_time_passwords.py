import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_audit_chain_required"),
    ]

    operations = [
        migrations.AddField(
            model_name="signin",
            name="address",
            field=models.GenericIPAddressField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="signin",
            name="agent",
            field=models.CharField(blank=True, default="", max_length=200),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="signin",
            name="seen_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="user",
            name="one_time_until",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="one-time password until"
            ),
        ),
    ]
