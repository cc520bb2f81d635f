"""A partner's members write surveys of their own, and one of them without a hand in it opens it.

They do so at the public site, whose process could otherwise open, answer and publish for any
partner what it liked. So a survey begins as a draft in its partner's name and goes from step to
step; its figures come from the worker alone; what is let out is what was handed in, by somebody who
signs in for this partner; and that it opened, closed, appeared or went stands in the partner's
chain by the end of the transaction. Whoever holds the site can still play two people of a partner
one after the other, as with its other texts (partners 0006).
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

# What a partner's role may do to a survey. Not its own rights: it reads neither partners nor members.
_HOLD_SURVEY = """
CREATE FUNCTION surveys_hold_of_partner() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  after_change jsonb := to_jsonb(NEW);
  before_change jsonb;
  is_let_out boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.state = 'draft' AND cardinality(NEW.hands) = 1 AND NEW.figures IS NULL
       AND (NEW.submitted_at, NEW.released_at, NEW.released_by_member_id, NEW.digest,
            NEW.ended_at) IS NOT DISTINCT FROM (NULL, NULL, NULL, NULL, NULL)
       AND (NEW.opened_at, NEW.closed_at, NEW.published_at) IS NOT DISTINCT FROM (NULL, NULL, NULL)
       AND EXISTS (
         SELECT FROM accounts_partnermember m JOIN accounts_partner p ON p.id = m.partner_id
         WHERE m.id = NEW.hands[1] AND p.id = NEW.partner_id AND m.is_active AND p.is_active
           AND p.invited_by_unit_id = NEW.unit_id) THEN
      RETURN NEW;
    END IF;
  ELSE
    before_change := to_jsonb(OLD);
    IF NEW.state IN ('draft', 'submitted') AND OLD.state IN ('draft', 'submitted') THEN
      -- Words change in a draft alone; hands only grow (a trigger of every text).
      IF after_change - '{state,hands,submitted_at,returned_reason,content,purpose}'::text[]
           = before_change - '{state,hands,submitted_at,returned_reason,content,purpose}'::text[]
         AND ((NEW.state, OLD.state) = ('draft', 'draft')
              OR (NEW.content, NEW.purpose) = (OLD.content, OLD.purpose)) THEN
        RETURN NEW;
      END IF;
    ELSIF NEW.state = 'open' AND OLD.state = 'submitted' THEN
      IF OLD.submitted_at IS NOT NULL AND NEW.opened_at IS NOT NULL AND NEW.digest IS NOT NULL
         AND after_change
               - '{state,opened_at,released_at,released_by_member_id,digest}'::text[]
             = before_change
               - '{state,opened_at,released_at,released_by_member_id,digest}'::text[]
         AND EXISTS (
           SELECT FROM accounts_partnermember m JOIN accounts_partner p ON p.id = m.partner_id
           WHERE m.id = NEW.released_by_member_id AND p.id = NEW.partner_id
             AND m.is_active AND NOT m.awaits_agreement AND p.is_active) THEN
        RETURN NEW;
      END IF;
    ELSIF NEW.state = 'closed' AND OLD.state = 'open' THEN
      IF after_change - '{state,closed_at}'::text[]
         = before_change - '{state,closed_at}'::text[] THEN
        RETURN NEW;
      END IF;
    ELSIF NEW.state IN ('closed', 'published') AND OLD.state IN ('closed', 'published') THEN
      -- Published is what has a result out.
      is_let_out := EXISTS (
        SELECT FROM surveys_surveyresult
        WHERE survey_id = NEW.id AND released_at IS NOT NULL AND ended_at IS NULL);
      IF after_change - '{state,published_at}'::text[]
           = before_change - '{state,published_at}'::text[]
         AND (OLD.published_at IS NULL OR OLD.published_at = NEW.published_at)
         AND is_let_out = (NEW.state = 'published') THEN
        RETURN NEW;
      END IF;
    END IF;
  END IF;
  RAISE insufficient_privilege USING
    MESSAGE = format('a partner does not do this to %s', TG_TABLE_NAME);
END $$;
CREATE TRIGGER survey_of_its_people BEFORE INSERT OR UPDATE ON surveys_survey
  FOR EACH ROW WHEN (current_user = 'keng_partner') EXECUTE FUNCTION surveys_hold_of_partner();
"""
_HOLD_RESULT = """
CREATE FUNCTION surveys_hold_result_of_partner() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  after_change jsonb := to_jsonb(NEW);
  before_change jsonb;
BEGIN
  IF NEW.texts <> '{}' THEN
    NULL;
  ELSIF TG_OP = 'INSERT' THEN
    IF cardinality(NEW.hands) = 1
       AND (NEW.released_at, NEW.released_by_id, NEW.released_by_member_id, NEW.digest,
            NEW.ended_at) IS NOT DISTINCT FROM (NULL, NULL, NULL, NULL, NULL)
       AND EXISTS (
         SELECT FROM surveys_survey s JOIN accounts_partnermember m ON m.partner_id = s.partner_id
         WHERE s.id = NEW.survey_id AND m.id = NEW.hands[1] AND m.is_active
           AND s.state IN ('closed', 'published') AND s.figures IS NOT NULL) THEN
      RETURN NEW;
    END IF;
  ELSE
    before_change := to_jsonb(OLD);
    IF OLD.released_at IS NOT NULL THEN
      IF OLD.ended_at IS NULL AND after_change - 'ended_at' = before_change - 'ended_at' THEN
        RETURN NEW;
      END IF;
    ELSIF NEW.released_at IS NOT NULL THEN
      IF OLD.submitted_at IS NOT NULL AND OLD.ended_at IS NULL AND NEW.digest IS NOT NULL
         AND after_change - '{released_at,released_by_member_id,digest}'::text[]
             = before_change - '{released_at,released_by_member_id,digest}'::text[]
         AND EXISTS (
           SELECT FROM surveys_survey s
           JOIN accounts_partnermember m ON m.partner_id = s.partner_id
           JOIN accounts_partner p ON p.id = s.partner_id
           WHERE s.id = NEW.survey_id AND m.id = NEW.released_by_member_id
             AND m.is_active AND NOT m.awaits_agreement AND p.is_active) THEN
        RETURN NEW;
      END IF;
    ELSIF after_change - '{words,hands,submitted_at,returned_reason}'::text[]
          = before_change - '{words,hands,submitted_at,returned_reason}'::text[] THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE insufficient_privilege USING
    MESSAGE = format('a partner does not do this to %s', TG_TABLE_NAME);
END $$;
CREATE TRIGGER result_of_its_people BEFORE INSERT OR UPDATE ON surveys_surveyresult
  FOR EACH ROW WHEN (current_user = 'keng_partner')
  EXECUTE FUNCTION surveys_hold_result_of_partner();
"""
# At the end of the transaction: the entry is written last.
_ON_RECORD = """
CREATE FUNCTION surveys_is_on_record(survey uuid, act text, member text, words text)
  RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  SELECT EXISTS (
    SELECT FROM audit_entry e JOIN surveys_survey s ON s.id = survey
    WHERE e.object_kind = 'survey' AND e.object_id = survey::text AND e.action = act
      AND e.chain = 'partner:' || s.partner_id AND e.actor_kind = 'partnermember'
      AND (member IS NULL OR e.actor_id = member) AND (words IS NULL OR e.detail ->> 'text' = words))
$$;
CREATE FUNCTION surveys_ask_record_of_partner() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT (CASE NEW.state
    WHEN 'open' THEN surveys_is_on_record(
      NEW.id, 'partner_survey.opened', NEW.released_by_member_id::text, encode(NEW.digest, 'hex'))
    ELSE surveys_is_on_record(NEW.id, 'partner_survey.closed', NULL, NULL)
  END) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'what opens, closes, appears or goes for a partner is on record by the end';
  END IF;
  RETURN NULL;
END $$;
CREATE FUNCTION surveys_ask_record_of_result() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT (CASE
    WHEN NEW.ended_at IS NULL THEN surveys_is_on_record(
      NEW.survey_id, 'partner_survey.published', NEW.released_by_member_id::text,
      encode(NEW.digest, 'hex'))
    -- Taken back, or another one came in its place.
    ELSE surveys_is_on_record(
        NEW.survey_id, 'partner_survey.withdrawn', NULL, encode(NEW.digest, 'hex'))
      OR EXISTS (SELECT FROM surveys_surveyresult
                 WHERE survey_id = NEW.survey_id AND id <> NEW.id
                   AND released_at >= NEW.ended_at AND released_at >= NEW.released_at)
  END) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'what opens, closes, appears or goes for a partner is on record by the end';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER survey_of_partner_is_on_record AFTER UPDATE ON surveys_survey
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (
    current_user = 'keng_partner' AND (
      NEW.state = 'open' AND OLD.state <> 'open' OR NEW.state = 'closed' AND OLD.state = 'open')
  ) EXECUTE FUNCTION surveys_ask_record_of_partner();
CREATE CONSTRAINT TRIGGER result_of_partner_is_on_record AFTER UPDATE ON surveys_surveyresult
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (
    current_user = 'keng_partner' AND (NEW.released_at, NEW.ended_at)
      IS DISTINCT FROM (OLD.released_at, OLD.ended_at)
  ) EXECUTE FUNCTION surveys_ask_record_of_result();
"""
_LET_GO = """
DROP TRIGGER result_of_partner_is_on_record ON surveys_surveyresult;
DROP TRIGGER survey_of_partner_is_on_record ON surveys_survey;
DROP TRIGGER result_of_its_people ON surveys_surveyresult;
DROP TRIGGER survey_of_its_people ON surveys_survey;
DROP FUNCTION surveys_ask_record_of_result();
DROP FUNCTION surveys_ask_record_of_partner();
DROP FUNCTION surveys_is_on_record(uuid, text, text, text);
DROP FUNCTION surveys_hold_result_of_partner();
DROP FUNCTION surveys_hold_of_partner();
"""
# Figures of a closed partner are out of sight with everything else of it.
_FIGURES = """
CREATE OR REPLACE VIEW surveys_publishedfigures WITH (security_barrier) AS
SELECT id AS survey_id, figures FROM surveys_survey WHERE state = 'published'
  AND (partner_id IS NULL OR EXISTS (
    SELECT FROM accounts_partner p WHERE p.id = partner_id AND p.is_active))
"""
_FIGURES_BEFORE = """
CREATE OR REPLACE VIEW surveys_publishedfigures WITH (security_barrier) AS
SELECT id AS survey_id, figures FROM surveys_survey WHERE state = 'published'
"""


def _member() -> models.ForeignKey:
    return models.ForeignKey(
        "accounts.PartnerMember",
        django.db.models.deletion.PROTECT,
        null=True,
        related_name="+",
    )


def _rules(model: str) -> list[migrations.AddConstraint]:
    return [
        migrations.AddConstraint(
            model,
            models.CheckConstraint(
                condition=~Q(hands__contains=[F("released_by_member")]),
                name=f"{model}_is_released_by_no_member_with_a_hand_in_it",
            ),
        ),
        migrations.AddConstraint(
            model,
            models.CheckConstraint(
                condition=Q(released_by_member=None) | Q(released_at__isnull=False),
                name=f"{model}_released_by_a_member_has_its_moment",
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("surveys", "0011_published_figures"),
        ("accounts", "0036_sight_key"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "survey",
            "author",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("survey", "released_by_member", _member()),
        migrations.AddField("surveyresult", "released_by_member", _member()),
        migrations.RemoveConstraint("survey", "survey_opens_only_after_a_second_person"),
        migrations.AddConstraint(
            "survey",
            models.CheckConstraint(
                condition=Q(state__in=["draft", "submitted"])
                | Q(released_by__isnull=False)
                | Q(released_by_member__isnull=False),
                name="survey_opens_only_after_a_second_person",
            ),
        ),
        migrations.AddConstraint(
            "survey",
            models.CheckConstraint(
                condition=Q(partner=None, author__isnull=False, released_by_member=None)
                | Q(partner__isnull=False, author=None, released_by=None),
                name="survey_is_of_a_desk_or_of_a_partner",
            ),
        ),
        *_rules("survey"),
        *_rules("surveyresult"),
        migrations.RunSQL(_HOLD_SURVEY + _HOLD_RESULT + _ON_RECORD, _LET_GO),
        migrations.RunSQL(_FIGURES, _FIGURES_BEFORE),
    ]
