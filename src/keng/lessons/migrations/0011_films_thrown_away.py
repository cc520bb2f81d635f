"""A film that no lesson has can be thrown away after it was prepared, too; a thrown one gets none.

It may show somebody whom nobody should see, and is then to leave the disk before it is ever out.
"""

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
  ELSIF OLD.state IN {states} AND NEW.state = 'discarded'
        AND NOT EXISTS (SELECT FROM lessons_edition edition WHERE edition.film_id = OLD.id)
        AND to_jsonb(NEW) - '{{state,title,captions,words}}'::text[]
          = to_jsonb(OLD) - '{{state,title,captions,words}}'::text[] THEN
    RETURN NEW;
  END IF;
  RAISE insufficient_privilege USING
    MESSAGE = format('a partner does not do this to %s', TG_TABLE_NAME);
END $$;
"""
# The lock makes whoever lets a lesson out and whoever throws its film away take turns.
_LESSON_NEEDS_IT = """
CREATE FUNCTION lessons_edition_needs_its_film() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  PERFORM FROM lessons_film WHERE id = NEW.film_id AND state <> 'discarded' FOR SHARE;
  IF NOT FOUND THEN
    RAISE foreign_key_violation USING MESSAGE = 'the film of this lesson was thrown away';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER needs_its_film BEFORE INSERT OR UPDATE OF film_id ON lessons_edition
  FOR EACH ROW WHEN (NEW.film_id IS NOT NULL)
  EXECUTE FUNCTION lessons_edition_needs_its_film();
"""
_NEEDS_NONE = """
DROP TRIGGER needs_its_film ON lessons_edition;
DROP FUNCTION lessons_edition_needs_its_film();
"""


class Migration(migrations.Migration):
    dependencies = [("lessons", "0010_films_of_partners")]

    operations = [
        migrations.RunSQL(
            _THROWN_AWAY.format(states="('refused', 'ready')"),
            _THROWN_AWAY.format(states="('refused')"),
        ),
        migrations.RunSQL(_LESSON_NEEDS_IT, _NEEDS_NONE),
    ]
