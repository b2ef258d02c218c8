from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_sign_in_lifetimes_and_one_time_passwords"),
    ]

    operations = [
        migrations.CreateModel(
            name="Counter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("subject", models.CharField(max_length=254, verbose_name="of whom")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="count")),
                ("ends_at", models.DateTimeField(db_index=True, verbose_name="until")),
            ],
            options={
                "verbose_name": "limit",
                "verbose_name_plural": "limits",
                "ordering": ("-ends_at",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "subject"), name="counter_one_per_subject"
                    )
                ],
            },
        ),
    ]
