from django.db import migrations

from prediction.core.shipped_rules import SHIPPED


def add(apps, schema_editor):
    """Add the rules that come with the product; those that are there already stay as they are."""
    rules = apps.get_model("prediction", "RoutingRule")
    common = {"name", "kind", "severity"}
    for shipped in SHIPPED:
        rules.objects.get_or_create(
            name=shipped["name"],
            defaults={
                "kind": shipped["kind"],
                "severity": shipped["severity"],
                "document": {key: shipped[key] for key in shipped if key not in common},
                "origin": "shipped",
                "changed_by": "system",
            },
        )


class Migration(migrations.Migration):
    dependencies = [("prediction", "0002_drafts_and_rules")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
