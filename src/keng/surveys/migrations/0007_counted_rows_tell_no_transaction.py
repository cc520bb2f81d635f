"""Of surveys that were counted before: answers, texts and slips are written anew, as they are now.

The last of them kept the number of the transaction that had written all three.
"""

from django.db import migrations

_ANEW = """
WITH gone AS (
  DELETE FROM surveys_{table} WHERE survey_id IN (
    SELECT id FROM surveys_survey WHERE figures IS NOT NULL
  ) RETURNING *
)
INSERT INTO surveys_{table} ({key}, {columns})
SELECT {new_key}, {columns} FROM gone ORDER BY random()
"""


class Migration(migrations.Migration):
    dependencies = [("surveys", "0006_answers_of_many")]

    operations = [
        migrations.RunSQL(
            [
                _ANEW.format(
                    table="answer",
                    key="id",
                    new_key="gen_random_uuid()",
                    columns="survey_id, week, origin, again, crowded, said, mixed",
                ),
                _ANEW.format(
                    table="freetext",
                    key="id",
                    new_key="gen_random_uuid()",
                    columns="survey_id, question, words, state, mixed, read_by_id",
                ),
                _ANEW.format(
                    table="token", key="hash", new_key="hash", columns="survey_id, used"
                ),
            ],
            migrations.RunSQL.noop,
        )
    ]
