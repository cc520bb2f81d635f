"""That a file was sent cannot be shown by its plain hash.

A file that is sent again to an older tip is kept once more: its plain hash is gone.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0027_pictures_wait_for_their_copy")]

    operations = [
        migrations.RemoveField(model_name="attachment", name="sha256"),
        migrations.AddField(
            model_name="attachment",
            name="keyed_hash",
            field=models.BinaryField(db_default=b"", default=b"", max_length=32),
        ),
    ]
