"""When a row was called off: also while a sender holds it, who then does not try it again."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0011_count_unlinked"),
    ]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="called_off_at",
            field=models.DateTimeField(null=True),
        ),
    ]
