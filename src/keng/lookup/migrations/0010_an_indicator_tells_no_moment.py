"""An indicator tells no moment: the first report that named it came just before."""

from django.db import migrations, models

import keng.kit.ids


class Migration(migrations.Migration):
    dependencies = [("lookup", "0007_hands_of_disputes")]

    operations = [
        migrations.RemoveField(model_name="indicator", name="first_seen_at"),
        migrations.AlterField(
            model_name="indicator",
            name="id",
            field=models.UUIDField(
                default=keng.kit.ids.coarse_id, editable=False, primary_key=True, serialize=False
            ),
        ),
    ]
