from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_api_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="auditevent",
            name="api_key",
            field=models.CharField(blank=True, max_length=20, verbose_name="with API key"),
        ),
    ]
