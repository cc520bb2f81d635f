"""When an account ends by itself: its tokens' last renewal, and the package it is paid for."""

from django.db import migrations, models

# Zalo's tokens live for 25 hours, and their end is known: they were renewed so long before. What
# was typed in and never renewed is unknown until the next renewal, within a day.
_RENEWED = """
UPDATE delivery_channelaccount SET tokens_renewed_at = tokens_expire_at - interval '25 hours'
WHERE channel = 'zalo_oa' AND tokens_renewed_at IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0055_receipts_say_that_it_failed")]

    operations = [
        migrations.AddField(
            "channelaccount", "tokens_renewed_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.AddField(
            "channelaccount",
            "package_name",
            models.CharField(blank=True, db_default="", default="", max_length=80),
        ),
        migrations.AddField(
            "channelaccount", "package_ends_on", models.DateField(blank=True, null=True)
        ),
        migrations.AddField(
            "channelaccount", "package_asked_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunSQL(_RENEWED, migrations.RunSQL.noop),
    ]
