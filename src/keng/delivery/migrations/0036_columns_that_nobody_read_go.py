"""A bucket that the limit does not count in, and a pair of tokens that no step went back to."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0035_leads_are_reminded")]

    operations = [
        migrations.RemoveField("channelaccount", "bucket_tokens"),
        migrations.RemoveField("channelaccount", "previous_tokens_sealed"),
    ]
