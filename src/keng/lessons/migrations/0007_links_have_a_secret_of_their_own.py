"""A class's link is derived from a secret of the row beside the site's key.

Rows of before have none: their links go on until somebody gives the class a new one.
"""

from django.db import migrations, models

import keng.kit.secrets


class Migration(migrations.Migration):
    dependencies = [("lessons", "0006_hands")]

    operations = [
        migrations.AddField(
            model_name="schoolclass",
            name="link_secret",
            field=models.BinaryField(
                db_default=b"", default=keng.kit.secrets.new_row_secret, max_length=32
            ),
        ),
    ]
