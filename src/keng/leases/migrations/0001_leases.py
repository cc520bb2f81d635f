"""Which process does what nobody else may do beside it, in a table that is not logged."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Lease",
            fields=[
                ("name", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("holder", models.UUIDField()),
                ("ends_at", models.DateTimeField()),
            ],
        ),
        migrations.RunSQL(
            # Each is renewed every few seconds: half of each page stays free, so that a row changes
            # within its page.
            "ALTER TABLE leases_lease SET UNLOGGED; "
            "ALTER TABLE leases_lease SET (fillfactor = 50)",
            migrations.RunSQL.noop,
        ),
    ]
