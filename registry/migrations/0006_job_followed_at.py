"""When what follows the end of a job was done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0005_versions_can_be_removed"),
    ]

    operations = [
        migrations.AddField(
            model_name="job",
            name="followed_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
    ]
