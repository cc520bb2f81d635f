"""Figures of a survey as everybody may read them: of one whose result is out, and of no other.

The public process reads this view and not the column: its right is given by `keng migrate`.
"""

from django.db import migrations

_MAKE = """
CREATE VIEW surveys_publishedfigures WITH (security_barrier) AS
SELECT id AS survey_id, figures FROM surveys_survey WHERE state = 'published'
"""


class Migration(migrations.Migration):
    dependencies = [("surveys", "0010_hands_stay")]

    operations = [migrations.RunSQL(_MAKE, "DROP VIEW surveys_publishedfigures")]
