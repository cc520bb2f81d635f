"""A receipt code can be replaced by another one, and whoever holds either can say "not me"."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0080_money_to_stop_first")]

    operations = [
        migrations.AddField("receipt", "replaced_at", models.DateTimeField(null=True)),
        migrations.AddField("tip", "codes_disputed_at", models.DateTimeField(null=True)),
    ]
