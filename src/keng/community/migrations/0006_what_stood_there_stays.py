"""Meetings and channels that were public before two people let them out stay public."""

from django.db import migrations

_STAY = """
UPDATE community_meeting SET let_out_at = now() WHERE let_out_at IS NULL;
UPDATE community_officialchannel SET let_out_at = now() WHERE let_out_at IS NULL;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('community', '0005_by_a_second_person'),
    ]

    operations = [
        migrations.RunSQL(_STAY, migrations.RunSQL.noop),
    ]
