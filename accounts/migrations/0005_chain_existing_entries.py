from django.db import migrations

from accounts.audit import chain_existing


def chain(apps, schema_editor):
    chain_existing(
        apps.get_model("accounts", "AuditEvent"),
        apps.get_model("accounts", "AuditHead"),
        schema_editor.connection.alias,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_audit_chain_columns"),
    ]

    operations = [migrations.RunPython(chain, migrations.RunPython.noop)]
