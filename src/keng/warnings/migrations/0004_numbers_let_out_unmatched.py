"""Which numbers of a version stood in no tip when it was let out, ticked by whoever did so."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("warnings", "0003_patterns"),
    ]

    operations = [
        migrations.AddField(
            model_name="version",
            name="unmatched_numbers",
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
