"""A subscriber's two links are derived from a secret of the row beside the site's key.

Rows of before have none: letters lie in mailboxes for years, and their link to stop must stay good.
"""

from django.db import migrations, models

import keng.kit.secrets


class Migration(migrations.Migration):
    dependencies = [("network", "0011_ended_links")]

    operations = [
        migrations.AddField(
            model_name="subscription",
            name="link_secret",
            field=models.BinaryField(
                db_default=b"", default=keng.kit.secrets.new_row_secret, max_length=32
            ),
        ),
    ]
