"""A question about officers keeps which desk it went past, so that nobody of it reads the words."""

import django.db.models.deletion
from django.db import migrations, models

# Until now it was worked out anew: a question that waits at a provincial desk, although its place
# has a desk of its own, went past that one. Which desk serves a place: the nearest one upwards.
KEEP_THOSE_THAT_WAIT = """
WITH RECURSIVE upwards AS (
  SELECT q.id AS question, q.place_id AS place, 0 AS steps
  FROM community_question q WHERE q.state = 'waiting' AND q.kept_from_id IS NULL
  UNION ALL
  SELECT u.question, p.parent_id, u.steps + 1
  FROM upwards u JOIN places_place p ON p.id = u.place
  WHERE p.parent_id IS NOT NULL AND u.steps < 3
), nearest AS (
  SELECT DISTINCT ON (u.question) u.question, j.unit_id AS desk
  FROM upwards u JOIN places_jurisdiction j ON j.place_id = u.place
  WHERE j.valid_from <= now()::date AND (j.valid_to IS NULL OR j.valid_to >= now()::date)
  ORDER BY u.question, u.steps
)
UPDATE community_question q SET kept_from_id = n.desk
FROM nearest n
JOIN places_unit passed_over ON passed_over.id = n.desk AND passed_over.kind <> 'province'
WHERE n.question = q.id
  AND q.unit_id IN (SELECT id FROM places_unit WHERE kind = 'province')
"""


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0008_released"),
        ("places", "0003_landmark"),
    ]

    operations = [
        migrations.AddField(
            model_name="question",
            name="kept_from",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="places.unit",
            ),
        ),
        # Triggers of the rows before are asked for now: the next change is of the table itself.
        migrations.RunSQL(
            [KEEP_THOSE_THAT_WAIT, "SET CONSTRAINTS ALL IMMEDIATE"], migrations.RunSQL.noop
        ),
    ]
