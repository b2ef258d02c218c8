"""What follows the end of a job was done for those that ended before it was written down."""

from typing import Any

from django.db import migrations
from django.db.models import F


def followed(apps: Any, schema_editor: Any) -> None:
    """Take what has ended for followed."""
    jobs = apps.get_model("registry", "Job").objects
    jobs.exclude(finished_at=None).update(followed_at=F("finished_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0006_job_followed_at"),
    ]

    operations = [
        migrations.RunPython(followed, migrations.RunPython.noop),
    ]
