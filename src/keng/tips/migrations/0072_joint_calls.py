"""A line that has rung often enough has one call together for what it tells further."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0071_decisions_tell_no_moment_of_danger")]

    operations = [
        migrations.AddField(
            "bundledcall",
            "is_joint",
            models.BooleanField(db_default=False, default=False),
        ),
    ]
