"""What was sorted before this column was there was rated by its officer."""

from django.db import migrations

RATED = """
UPDATE tips_tip SET urgency_is_rated = true
WHERE NOT urgency_is_rated AND (category <> '' OR id IN (
  SELECT tip_id FROM tips_decision WHERE kind = 'sorted' AND NOT detail ? 'taken_back'))
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tips", "0021_urgency_is_rated"),
    ]

    operations = [migrations.RunSQL(RATED, migrations.RunSQL.noop)]
