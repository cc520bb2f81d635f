"""Whether a file on disk still has a row is one look into an index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0029_sizes_are_rounded")]

    operations = [
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                fields=["original_path"],
                condition=models.Q(original_path="", _negated=True),
                name="attachment_original",
            ),
        ),
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                fields=["viewing_path"],
                condition=models.Q(viewing_path="", _negated=True),
                name="attachment_viewing",
            ),
        ),
    ]
