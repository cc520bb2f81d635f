"""When a reporter last said that they fear being found out or threatened: a mark, no urgency."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tips", "0015_folders_in_the_index"),
    ]

    operations = [
        migrations.AddField(
            model_name="tip",
            name="feared_at",
            field=models.DateTimeField(null=True),
        ),
    ]
