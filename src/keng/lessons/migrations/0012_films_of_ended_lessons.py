"""A film that only ended lessons have can be thrown away: nobody sees it there any more."""

from django.db import migrations

_THROWN_AWAY = """
CREATE OR REPLACE FUNCTION lessons_hold_film_of_partner() RETURNS trigger LANGUAGE plpgsql
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
  ELSIF OLD.state IN ('refused', 'ready') AND NEW.state = 'discarded'
        AND NOT EXISTS (
          SELECT FROM lessons_edition edition WHERE edition.film_id = OLD.id{but_ended})
        AND to_jsonb(NEW) - '{{state,title,captions,words}}'::text[]
          = to_jsonb(OLD) - '{{state,title,captions,words}}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE insufficient_privilege USING
    MESSAGE = format('a partner does not do this to %s', TG_TABLE_NAME);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("lessons", "0011_films_thrown_away")]

    operations = [
        migrations.RunSQL(
            _THROWN_AWAY.format(but_ended=" AND edition.ended_at IS NULL"),
            _THROWN_AWAY.format(but_ended=""),
        ),
    ]
