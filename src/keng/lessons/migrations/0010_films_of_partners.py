"""A partner has films of its own: its members upload them, and no desk reads one.

They do so at the public site in the role of partners. A film begins as an upload of somebody who
signs in for its partner; what the worker makes of it the role cannot write, and what could not be
used is all that it throws away.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

_HOLD = """
CREATE FUNCTION lessons_hold_film_of_partner() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF (NEW.state, NEW.problem, NEW.percent, NEW.attempts, NEW.seconds, NEW.size, NEW.width,
        NEW.height) = ('waiting', '', 0, 0, 0, 0, 0, 0)
       AND NEW.leased_until IS NULL AND NEW.sha256 = ''
       AND EXISTS (
         SELECT FROM accounts_partnermember m JOIN accounts_partner p ON p.id = m.partner_id
         WHERE m.id = NEW.made_by_member_id AND p.id = NEW.partner_id AND m.is_active
           AND NOT m.awaits_agreement AND p.is_active AND p.invited_by_unit_id = NEW.unit_id) THEN
      RETURN NEW;
    END IF;
  ELSIF OLD.state = 'refused' AND NEW.state = 'discarded'
        AND to_jsonb(NEW) - '{state,title,captions,words}'::text[]
          = to_jsonb(OLD) - '{state,title,captions,words}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE insufficient_privilege USING
    MESSAGE = format('a partner does not do this to %s', TG_TABLE_NAME);
END $$;
CREATE TRIGGER film_of_its_people BEFORE INSERT OR UPDATE ON lessons_film
  FOR EACH ROW WHEN (current_user = 'keng_partner')
  EXECUTE FUNCTION lessons_hold_film_of_partner();
"""
_LET_GO = """
DROP TRIGGER film_of_its_people ON lessons_film;
DROP FUNCTION lessons_hold_film_of_partner();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("lessons", "0009_film_problems_in_words"),
        ("accounts", "0036_sight_key"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            "film",
            "made_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            "film",
            "partner",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.partner",
            ),
        ),
        migrations.AddField(
            "film",
            "made_by_member",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.partnermember",
            ),
        ),
        migrations.AddConstraint(
            "film",
            models.CheckConstraint(
                condition=Q(made_by__isnull=False, made_by_member=None, partner=None)
                | Q(made_by=None, made_by_member__isnull=False, partner__isnull=False),
                name="film_is_of_a_desk_or_of_a_partner",
            ),
        ),
        migrations.RunSQL(_HOLD, _LET_GO),
    ]
