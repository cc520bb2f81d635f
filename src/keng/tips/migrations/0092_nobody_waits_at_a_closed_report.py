"""Closing ends the wait of its reporter; reports that were closed before kept it.

A report whose reporter waits is read on, though they asked that it be used less.
"""

from django.db import migrations

_END = """
UPDATE tips_tip SET waiting_since = NULL WHERE state = 'closed' AND waiting_since <= closed_at
"""


class Migration(migrations.Migration):
    dependencies = [("tips", "0091_answered_calls")]

    operations = [migrations.RunSQL(_END, migrations.RunSQL.noop)]
