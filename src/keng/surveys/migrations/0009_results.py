"""A result is a text of its own that a second person lets out, not columns of its survey."""

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models

import keng.kit.ids
from keng.releases.triggers import checked_at_once, hands_only_grow

# What is out; then what is written and not out, with the short texts that it would show.
_MOVED = """
INSERT INTO surveys_surveyresult
  (id, survey_id, words, texts, hands, submitted_at, released_at, released_by_id)
SELECT gen_random_uuid(), id, outcome - 'texts', COALESCE(outcome -> 'texts', '{}'),
  CASE WHEN outcome_by_id IS NULL OR outcome_by_id = ANY(outcome_hands) THEN outcome_hands
    ELSE outcome_hands || outcome_by_id END,
  COALESCE(outcome_changed_at, published_at), COALESCE(outcome_changed_at, published_at),
  outcome_released_by_id
FROM surveys_survey WHERE state = 'published';
INSERT INTO surveys_surveyresult
  (id, survey_id, words, texts, hands, submitted_at, returned_reason)
SELECT gen_random_uuid(), s.id, s.proposal,
  CASE WHEN s.state = 'published' THEN COALESCE(s.outcome -> 'texts', '{}') ELSE COALESCE((
    SELECT jsonb_object_agg(question, shown) FROM (
      SELECT question, jsonb_agg(words ORDER BY id) AS shown FROM surveys_freetext
      WHERE survey_id = s.id AND state = 'shown' GROUP BY question) AS by_question), '{}') END,
  ARRAY(SELECT DISTINCT hand FROM unnest(s.result_hands || s.proposed_by_id || ARRAY(
    SELECT read_by_id FROM surveys_freetext
    WHERE survey_id = s.id AND state = 'shown' AND s.state = 'closed')) AS hand
    WHERE hand IS NOT NULL),
  CASE WHEN s.proposed_by_id IS NOT NULL THEN now() END,
  CASE WHEN s.proposed_by_id IS NULL THEN s.returned_reason ELSE '' END
FROM surveys_survey s WHERE s.proposal <> '{}' AND s.state IN ('closed', 'published');
UPDATE surveys_survey SET returned_reason = '' WHERE state IN ('closed', 'published');
"""
_OFFICER = models.ForeignKey(
    settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
)
_GONE = (
    "outcome",
    "outcome_by",
    "outcome_changed_at",
    "outcome_hands",
    "outcome_released_by",
    "proposal",
    "proposed_by",
    "result_hands",
)


class Migration(migrations.Migration):
    dependencies = [
        ("surveys", "0008_released"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        checked_at_once(),
        migrations.CreateModel(
            "SurveyResult",
            [
                (
                    "id",
                    models.UUIDField(
                        default=keng.kit.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "hands",
                    django.contrib.postgres.fields.ArrayField(
                        models.UUIDField(), db_default=[], default=list, size=None
                    ),
                ),
                ("submitted_at", models.DateTimeField(null=True)),
                ("returned_reason", models.TextField(db_default="", default="")),
                ("released_at", models.DateTimeField(null=True)),
                ("digest", models.BinaryField(max_length=32, null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("words", models.JSONField()),
                ("texts", models.JSONField(db_default={}, default=dict)),
                ("released_by", _OFFICER),
                (
                    "survey",
                    models.ForeignKey(
                        "surveys.Survey", models.CASCADE, related_name="results"
                    ),
                ),
            ],
            {
                "constraints": [
                    models.CheckConstraint(
                        condition=~models.Q(hands__contains=[models.F("released_by")]),
                        name="surveyresult_is_released_by_nobody_with_a_hand_in_it",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(released_by=None)
                        | models.Q(released_at__isnull=False),
                        name="surveyresult_released_has_its_moment",
                    ),
                    models.UniqueConstraint(
                        fields=["survey"],
                        condition=models.Q(released_at=None),
                        name="survey_has_one_result_in_hand",
                    ),
                    models.UniqueConstraint(
                        fields=["survey"],
                        condition=models.Q(released_at__isnull=False, ended_at=None),
                        name="survey_has_one_result_out",
                    ),
                ],
            },
        ),
        migrations.RunSQL(_MOVED, migrations.RunSQL.noop),
        migrations.RemoveConstraint("survey", "survey_result_is_released_by_a_second_person"),
        migrations.RemoveConstraint(
            "survey", "survey_result_is_released_by_nobody_with_a_hand_in_it"
        ),
        *(migrations.RemoveField("survey", name) for name in _GONE),
        hands_only_grow("surveys_surveyresult"),
    ]
