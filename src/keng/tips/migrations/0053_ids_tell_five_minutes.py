"""Ids that officers see of what a reporter's act makes tell the time to five minutes.

Nothing changes in the database: whoever makes a row makes its id. Rows of before keep theirs, which
other rows and the audit entries name.
"""

from django.db import migrations, models

import keng.kit.ids


class Migration(migrations.Migration):
    dependencies = [("tips", "0050_public_site_writes_no_words_over")]

    operations = [
        migrations.AlterField(
            model_name=name,
            name="id",
            field=models.UUIDField(
                default=keng.kit.ids.coarse_id, editable=False, primary_key=True, serialize=False
            ),
        )
        for name in ("attachment", "sighting", "tip")
    ]
