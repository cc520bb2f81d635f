"""Counts of wrong tries at signing in, in a table that is not logged."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("limits", "0001_shared_limits")]

    operations = [
        migrations.CreateModel(
            name="GuessCount",
            fields=[
                ("mark", models.UUIDField(primary_key=True, serialize=False)),
                ("period", models.BigIntegerField()),
                ("used", models.FloatField()),
                ("counted_at", models.FloatField()),
            ],
        ),
        migrations.RunSQL(
            # Half of each page stays free, so that a count changes within its page.
            "ALTER TABLE limits_guesscount SET UNLOGGED; "
            "ALTER TABLE limits_guesscount SET (fillfactor = 50)",
            migrations.RunSQL.noop,
        ),
    ]
