"""Files that are known by a hash, found without reading those of tips that have ended."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0043_calls_are_bundled")]

    operations = [
        migrations.AddIndex(
            model_name="attachment",
            index=models.Index(
                condition=models.Q(("keyed_hash", b""), _negated=True),
                fields=["tip"],
                name="attachment_known",
            ),
        ),
    ]
