"""Critical tips stand by their gravity; what was open before counts as grave as any."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0073_joint_calls_know_what_came_of_them")]

    operations = [
        migrations.AddField(
            model_name="tip",
            name="gravity_band",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        )
    ]
