"""A lesson of a partner may have a film of its own, which no officer reads or lets out.

What is public with it is the film that its people handed in. Whoever uploaded a film that nobody
has read yet has a hand in the lesson with it. Where nobody of the partner is left without a hand,
it waits for one of them and never for the province.
"""

from django.db import migrations

from keng.releases.triggers import rename_in_functions

# As in 0011 but for what has a film.
_WAITING = """
CREATE OR REPLACE VIEW partners_waiting WITH (security_barrier) AS
SELECT t.id, t.partner_id, p.name AS partner_name, p.invited_by_unit_id AS unit_id,
       t.purpose, t.title, t.text, t.submitted_at, t.kind, t.content, t.collection_id,
       t.lesson_id, t.claim_id, t.hands
FROM (SELECT id, partner_id, purpose, title, text, submitted_at, released_at, 'article' AS kind,
             NULL::jsonb AS content, NULL::uuid AS collection_id, NULL::uuid AS lesson_id,
             NULL::uuid AS claim_id, hands || ARRAY(
               SELECT DISTINCT made_by_id FROM accounts_partnermember m
               WHERE m.partner_id = a.partner_id AND made_by_id <> ALL (a.hands)) AS hands
      FROM partners_article a
      UNION ALL
      SELECT id, partner_id, purpose, title, '', submitted_at, released_at, kind, content,
             collection_id, lesson_id, claim_id, hands || ARRAY(
               SELECT DISTINCT made_by_id FROM accounts_partnermember m
               WHERE m.partner_id = a.partner_id AND made_by_id <> ALL (a.hands))
      FROM partners_manuscript a) t
JOIN accounts_partner p ON p.id = t.partner_id
WHERE t.submitted_at IS NOT NULL AND t.released_at IS NULL AND p.is_active{without_films}
  AND EXISTS (SELECT FROM accounts_partnermember m
              WHERE m.partner_id = t.partner_id AND m.is_active AND NOT m.awaits_agreement)
  AND NOT EXISTS (SELECT FROM accounts_partnermember m
                  WHERE m.partner_id = t.partner_id AND m.is_active AND NOT m.awaits_agreement
                    AND m.id <> ALL (t.hands));
"""
_WITHOUT_FILMS = _WAITING.format(without_films="\n  AND t.content -> 'film' IS NULL")
_AS_BEFORE = _WAITING.format(without_films="")

_MAKER = """
CREATE FUNCTION partners_add_film_maker() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NEW.released_at IS NULL AND NEW.content -> 'film' IS NOT NULL THEN
    NEW.hands := NEW.hands || ARRAY(
      SELECT made_by_member_id FROM lessons_film f
      WHERE f.id = (NEW.content -> 'film' ->> 'id')::uuid
        AND made_by_member_id <> ALL (NEW.hands)
        AND NOT EXISTS (
          SELECT FROM lessons_edition e WHERE e.film_id = f.id AND e.released_at IS NOT NULL));
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER film_maker_is_a_hand BEFORE INSERT OR UPDATE ON partners_manuscript
  FOR EACH ROW EXECUTE FUNCTION partners_add_film_maker();
"""
_NO_MAKER = """
DROP TRIGGER film_maker_is_a_hand ON partners_manuscript;
DROP FUNCTION partners_add_film_maker();
"""
_TEXT_OF_EDITION = "SELECT FROM partners_manuscript WHERE edition_id = NEW.id)"
_WITH_ITS_FILM = """SELECT FROM partners_manuscript m WHERE edition_id = NEW.id
            AND NEW.film_id IS NOT DISTINCT FROM (m.content -> ''film'' ->> ''id'')::uuid
            AND (NEW.film_id IS NULL OR EXISTS (
              SELECT FROM lessons_film f WHERE f.id = NEW.film_id
                AND f.partner_id = m.partner_id AND f.state = ''ready'')))"""


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0011_campaigns"),
        ("lessons", "0010_films_of_partners"),
    ]

    operations = [
        migrations.RunSQL(_WITHOUT_FILMS, _AS_BEFORE),
        migrations.RunSQL(_MAKER, _NO_MAKER),
        rename_in_functions({_TEXT_OF_EDITION: _WITH_ITS_FILM}, "partners_ask_text"),
    ]
