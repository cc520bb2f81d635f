"""Indicators are looked for in what the dialogue holds, whichever way it came in."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0003_announce_changed_accounts'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='inbound',
            name='inbound_to_examine',
        ),
        migrations.RemoveField(
            model_name='inbound',
            name='examined_at',
        ),
    ]
