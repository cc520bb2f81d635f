"""The public site publishes for a partner what was handed in, by its own people, and on record.

A partner's people sign in at the public site, so it releases for a second person of theirs. It
released, changed and took back whatever it liked, and made lessons and checks that nobody wrote.
Now: a text begins as a draft, changes as a draft alone and loses no hand; what is published is what
was handed in, by somebody who signs in for this partner, and stays so. That it was published or
taken back stands in the partner's chain by the end of the transaction, and a lesson or a check is
there only with the text it came from. Whoever holds the site can still play two people of a
partner one after the other: their passwords are checked by it.
"""

from django.db import migrations

_TEXTS = """
CREATE FUNCTION partners_hold_text() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  after_change jsonb := to_jsonb(NEW);
  before_change jsonb;
  -- What a release adds; a correction knows its collection, lesson or claim already.
  released text[] := '{published_at,released_by_id,edition_id,revision_id}';
  words text[] := '{title,purpose,text,typed,content}';
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.submitted_at IS NULL AND NEW.published_at IS NULL AND NEW.withdrawn_at IS NULL
       AND NEW.hands @> ARRAY[NEW.written_by_id] THEN
      RETURN NEW;
    END IF;
  ELSE
    before_change := to_jsonb(OLD);
    IF OLD.published_at IS NOT NULL THEN
      IF OLD.withdrawn_at IS NULL
         AND after_change - 'withdrawn_at' = before_change - 'withdrawn_at' THEN
        RETURN NEW;
      END IF;
    ELSIF NEW.published_at IS NOT NULL THEN
      FOR each IN 1..3 LOOP
        -- Named by the release where the text named none.
        IF before_change ->> ('{collection_id,lesson_id,claim_id}'::text[])[each] IS NULL THEN
          released := released || ('{collection_id,lesson_id,claim_id}'::text[])[each];
        END IF;
      END LOOP;
      IF OLD.submitted_at IS NOT NULL AND OLD.withdrawn_at IS NULL
         AND after_change - released = before_change - released
         AND EXISTS (
           SELECT FROM accounts_partnermember m JOIN accounts_partner p ON p.id = m.partner_id
           WHERE m.id = NEW.released_by_id AND m.partner_id = NEW.partner_id
             AND m.is_active AND NOT m.awaits_agreement AND p.is_active
         ) THEN
        RETURN NEW;
      END IF;
    ELSIF OLD.withdrawn_at IS NULL AND NEW.id = OLD.id AND NEW.partner_id = OLD.partner_id
       AND NEW.hands @> OLD.hands AND NEW.hands @> ARRAY[OLD.written_by_id, NEW.written_by_id]
       AND (NEW.submitted_at IS NULL OR NOT EXISTS (
         SELECT FROM unnest(words) AS part (name)
         WHERE after_change -> part.name IS DISTINCT FROM before_change -> part.name
       )) THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE insufficient_privilege USING
    MESSAGE = format('%s does not do this to %s', current_user, TG_TABLE_NAME);
END $$;
CREATE TRIGGER article_of_its_people BEFORE INSERT OR UPDATE ON partners_article
  FOR EACH ROW WHEN (current_user = 'keng_public') EXECUTE FUNCTION partners_hold_text();
CREATE TRIGGER manuscript_of_its_people BEFORE INSERT OR UPDATE ON partners_manuscript
  FOR EACH ROW WHEN (current_user = 'keng_public') EXECUTE FUNCTION partners_hold_text();
"""
# At the end of the transaction: the entry is written last, and a lesson before the text names it.
_ON_RECORD = """
CREATE FUNCTION partners_ask_record() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM audit_entry
    WHERE object_kind = TG_ARGV[0] AND object_id = NEW.id::text
      AND chain = 'partner:' || NEW.partner_id AND actor_kind = 'partnermember'
      AND CASE
        WHEN NEW.published_at IS NULL THEN action = TG_ARGV[0] || '.discarded'
        WHEN NEW.withdrawn_at IS NULL THEN
          action = TG_ARGV[0] || '.published' AND actor_id = NEW.released_by_id::text
        ELSE action = TG_ARGV[0] || '.withdrawn'
      END
  ) THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'what appears or goes for a partner is on record by the end';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER article_is_on_record AFTER UPDATE ON partners_article
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (
    current_user = 'keng_public' AND (NEW.published_at, NEW.withdrawn_at)
      IS DISTINCT FROM (OLD.published_at, OLD.withdrawn_at)
  ) EXECUTE FUNCTION partners_ask_record('article');
CREATE CONSTRAINT TRIGGER manuscript_is_on_record AFTER UPDATE ON partners_manuscript
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (
    current_user = 'keng_public' AND (NEW.published_at, NEW.withdrawn_at)
      IS DISTINCT FROM (OLD.published_at, OLD.withdrawn_at)
  ) EXECUTE FUNCTION partners_ask_record('manuscript');
"""
_FROM_TEXTS = """
CREATE FUNCTION partners_ask_text() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  is_there boolean;
BEGIN
  CASE TG_TABLE_NAME
    WHEN 'lessons_collection' THEN
      is_there := EXISTS (
        SELECT FROM partners_manuscript WHERE collection_id = NEW.id
          AND published_at IS NOT NULL AND partner_id = NEW.partner_id);
    WHEN 'lessons_edition' THEN
      is_there := CASE
        WHEN TG_OP = 'INSERT' THEN EXISTS (
          SELECT FROM partners_manuscript WHERE edition_id = NEW.id)
        ELSE EXISTS (
          SELECT FROM partners_manuscript
          WHERE lesson_id = NEW.lesson_id AND withdrawn_at IS NOT NULL)
      END;
    WHEN 'claims_revision' THEN
      is_there := EXISTS (SELECT FROM partners_manuscript WHERE revision_id = NEW.id);
    WHEN 'claims_claim' THEN
      is_there := CASE
        WHEN NEW.state = 'withdrawn' THEN EXISTS (
          SELECT FROM partners_manuscript
          WHERE claim_id = NEW.id AND partner_id = NEW.partner_id AND withdrawn_at IS NOT NULL)
        ELSE EXISTS (
          SELECT FROM partners_manuscript m JOIN claims_revision r ON r.id = m.revision_id
          WHERE m.claim_id = NEW.id AND m.partner_id = NEW.partner_id
            AND r.claim_id = NEW.id AND r.published_at = NEW.published_at)
      END;
  END CASE;
  IF NOT is_there THEN
    RAISE insufficient_privilege USING
      MESSAGE = 'nothing appears or goes for a partner but what somebody handed in';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER collection_is_of_a_text AFTER INSERT ON lessons_collection
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (current_user = 'keng_public')
  EXECUTE FUNCTION partners_ask_text();
CREATE CONSTRAINT TRIGGER edition_is_of_a_text AFTER INSERT OR UPDATE ON lessons_edition
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (current_user = 'keng_public')
  EXECUTE FUNCTION partners_ask_text();
CREATE CONSTRAINT TRIGGER revision_is_of_a_text AFTER INSERT ON claims_revision
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (current_user = 'keng_public')
  EXECUTE FUNCTION partners_ask_text();
CREATE CONSTRAINT TRIGGER claim_is_of_a_text AFTER INSERT OR UPDATE ON claims_claim
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (current_user = 'keng_public' AND NEW.partner_id IS NOT NULL)
  EXECUTE FUNCTION partners_ask_text();
CREATE FUNCTION partners_hold_claim() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE insufficient_privilege USING
    MESSAGE = format('%s does not do this to %s', current_user, TG_TABLE_NAME);
END $$;
CREATE TRIGGER claim_of_a_partner_keeps_its_words BEFORE UPDATE ON claims_claim
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND OLD.partner_id IS NOT NULL AND NOT (
      OLD.state = 'published' AND (NEW.words, NEW.outside) = (OLD.words, OLD.outside)
      AND NEW.objected_at IS NOT DISTINCT FROM OLD.objected_at AND (
        NEW.state = 'published' AND NEW.ended_at IS NOT DISTINCT FROM OLD.ended_at
        OR NEW.state = 'withdrawn' AND NEW.published_at = OLD.published_at))
  ) EXECUTE FUNCTION partners_hold_claim();
CREATE TRIGGER claim_of_a_partner_has_no_words BEFORE INSERT ON claims_claim
  FOR EACH ROW WHEN (
    current_user = 'keng_public' AND NEW.partner_id IS NOT NULL AND (
      NEW.words <> '' OR NEW.state <> 'published' OR NEW.ended_at IS NOT NULL)
  ) EXECUTE FUNCTION partners_hold_claim();
"""
_LET_GO = """
DROP TRIGGER claim_of_a_partner_has_no_words ON claims_claim;
DROP TRIGGER claim_of_a_partner_keeps_its_words ON claims_claim;
DROP FUNCTION partners_hold_claim();
DROP TRIGGER claim_is_of_a_text ON claims_claim;
DROP TRIGGER revision_is_of_a_text ON claims_revision;
DROP TRIGGER edition_is_of_a_text ON lessons_edition;
DROP TRIGGER collection_is_of_a_text ON lessons_collection;
DROP FUNCTION partners_ask_text();
DROP TRIGGER manuscript_is_on_record ON partners_manuscript;
DROP TRIGGER article_is_on_record ON partners_article;
DROP FUNCTION partners_ask_record();
DROP TRIGGER manuscript_of_its_people ON partners_manuscript;
DROP TRIGGER article_of_its_people ON partners_article;
DROP FUNCTION partners_hold_text();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0005_the_province_where_all_had_a_hand"),
        ("accounts", "0006_who_was_added_is_agreed_to"),
        ("audit", "0003_by_action"),
        ("claims", "0005_hands"),
        ("lessons", "0006_hands"),
    ]

    operations = [
        migrations.RunSQL(_TEXTS + _ON_RECORD + _FROM_TEXTS, _LET_GO),
    ]
