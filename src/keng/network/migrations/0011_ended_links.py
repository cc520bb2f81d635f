"""Hashes of links that were ended: whoever opens one reads that it was replaced."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("network", "0010_links_have_a_secret_of_their_own")]

    operations = [
        migrations.AddField(
            model_name="lead",
            name="ended_links",
            field=models.JSONField(db_default=[], default=list),
        ),
    ]
