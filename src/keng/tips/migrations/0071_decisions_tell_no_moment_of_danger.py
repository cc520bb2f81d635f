"""Decisions keep no microsecond in which a reporter told of danger; older ones nothing of it.

Only taking a decision back reads it, within a minute.
"""

from django.db import migrations

FORGET = """
UPDATE tips_decision SET detail = detail #- '{before,danger_at}'
WHERE detail #>> '{before,danger_at}' IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("tips", "0070_decisions_tell_five_minutes")]

    operations = [migrations.RunSQL(FORGET, migrations.RunSQL.noop)]
