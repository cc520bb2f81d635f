"""An answer's decision tells to five minutes since when its reporter waited; older ones no more.

Only taking an answer back reads it, within twenty seconds.
"""

from django.db import migrations

FORGET = "UPDATE tips_decision SET detail = detail - 'was_waiting' WHERE detail ? 'was_waiting'"


class Migration(migrations.Migration):
    dependencies = [("tips", "0064_what_is_acted_on_is_kept")]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
