"""Reports that were taken back lately are found without reading those of all years."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0040_attachment_paths")]

    operations = [
        migrations.AddIndex(
            model_name="tip",
            index=models.Index(
                fields=["withdrawn_at"],
                condition=models.Q(outcome="withdrawn"),
                name="tip_withdrawn_when",
            ),
        ),
    ]
