"""Who let the questions of a survey out stands in the columns that every released text has."""

from django.db import migrations, models

from keng.releases.triggers import checked_at_once, hands_from, hands_only_grow

# Until now a hash beside the questions said so, which whoever changed both could change.
_KEPT = """
CREATE FUNCTION surveys_asked_as_it_was_released() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.released_at IS NOT NULL AND NEW.released_at IS NOT NULL
      AND (NEW.content, NEW.purpose, NEW.reach) IS DISTINCT FROM
          (OLD.content, OLD.purpose, OLD.reach) THEN
    RAISE EXCEPTION 'a survey is asked as it was released' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER survey_asked_as_it_was_released
  BEFORE UPDATE OF content, purpose, reach ON surveys_survey
  FOR EACH ROW EXECUTE FUNCTION surveys_asked_as_it_was_released();
"""
_NOT_KEPT = """
DROP TRIGGER survey_asked_as_it_was_released ON surveys_survey;
DROP FUNCTION surveys_asked_as_it_was_released();
"""


class Migration(migrations.Migration):
    dependencies = [("surveys", "0007_counted_rows_tell_no_transaction")]

    operations = [
        checked_at_once(),
        migrations.RemoveConstraint("survey", "survey_is_approved_by_a_second_person"),
        migrations.RemoveConstraint("survey", "survey_is_not_approved_by_who_handed_it_in"),
        migrations.RemoveConstraint("survey", "survey_opens_only_as_it_was_approved"),
        migrations.RemoveConstraint("survey", "survey_is_approved_by_nobody_with_a_hand_in_it"),
        migrations.RemoveConstraint("survey", "survey_result_is_released_by_a_second_person"),
        migrations.RemoveConstraint(
            "survey", "survey_result_is_released_by_nobody_with_a_hand_in_it"
        ),
        migrations.RenameField("survey", "released_by", "outcome_released_by"),
        migrations.RenameField("survey", "approved_by", "released_by"),
        migrations.RenameField("survey", "approved_at", "released_at"),
        migrations.RenameField("survey", "approved_hash", "digest"),
        migrations.AddField("survey", "ended_at", models.DateTimeField(null=True)),
        hands_from("surveys_survey", "author_id", "changed_by_id", "submitted_by_id"),
        migrations.RemoveField("survey", "changed_by"),
        migrations.RemoveField("survey", "submitted_by"),
        migrations.RemoveField("survey", "hash"),
        migrations.AddConstraint(
            "survey",
            models.CheckConstraint(
                condition=~models.Q(hands__contains=[models.F("released_by")]),
                name="survey_is_released_by_nobody_with_a_hand_in_it",
            ),
        ),
        migrations.AddConstraint(
            "survey",
            models.CheckConstraint(
                condition=models.Q(released_by=None) | models.Q(released_at__isnull=False),
                name="survey_released_has_its_moment",
            ),
        ),
        migrations.AddConstraint(
            "survey",
            models.CheckConstraint(
                condition=models.Q(state__in=["draft", "submitted"])
                | models.Q(released_by__isnull=False),
                name="survey_opens_only_after_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            "survey",
            models.CheckConstraint(
                condition=~models.Q(outcome_released_by=models.F("outcome_by")),
                name="survey_result_is_released_by_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            "survey",
            models.CheckConstraint(
                condition=~models.Q(outcome_hands__contains=[models.F("outcome_released_by")]),
                name="survey_result_is_released_by_nobody_with_a_hand_in_it",
            ),
        ),
        migrations.RunSQL(_KEPT, _NOT_KEPT),
        hands_only_grow("surveys_survey"),
    ]
