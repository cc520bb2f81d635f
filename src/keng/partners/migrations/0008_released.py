"""Texts of partners bear the columns of every text that goes out by a second person (releases).

Whoever made a sign-in of the partner is among the hands of its texts, so that the database lets no
such officer publish for it. Who wrote a text last is one of the hands.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

from keng.releases.triggers import hands_from, hands_only_grow, rename_in_functions

_TEXTS = ("article", "manuscript")


def _view(hands: str, released_at: str) -> str:
    """What was handed in, where nobody of the partner is left who had no hand in it."""
    return f"""
CREATE VIEW partners_waiting WITH (security_barrier) AS
SELECT t.id, t.partner_id, p.name AS partner_name, p.invited_by_unit_id AS unit_id,
       t.purpose, t.title, t.text, t.submitted_at, t.kind, t.content, t.collection_id,
       t.lesson_id, t.claim_id, t.hands
FROM (SELECT id, partner_id, purpose, title, text, submitted_at, {released_at}, 'article' AS kind,
             NULL::jsonb AS content, NULL::uuid AS collection_id, NULL::uuid AS lesson_id,
             NULL::uuid AS claim_id, {hands} AS hands
      FROM partners_article a
      UNION ALL
      SELECT id, partner_id, purpose, title, '', submitted_at, {released_at}, kind, content,
             collection_id, lesson_id, claim_id, {hands}
      FROM partners_manuscript a) t
JOIN accounts_partner p ON p.id = t.partner_id
WHERE t.submitted_at IS NOT NULL AND t.{released_at} IS NULL AND p.is_active
  AND EXISTS (SELECT FROM accounts_partnermember m
              WHERE m.partner_id = t.partner_id AND m.is_active AND NOT m.awaits_agreement)
  AND NOT EXISTS (SELECT FROM accounts_partnermember m
                  WHERE m.partner_id = t.partner_id AND m.is_active AND NOT m.awaits_agreement
                    AND m.id <> ALL (t.hands));
"""  # noqa: S608 -- our own names only


# With whoever made a sign-in since the text was written down: the row learns of it when it changes.
_WITH_MAKERS = """hands || ARRAY(
               SELECT DISTINCT made_by_id FROM accounts_partnermember m
               WHERE m.partner_id = a.partner_id AND made_by_id <> ALL (a.hands))"""
_AS_BEFORE = "array_remove(hands, written_by_id) || written_by_id"

# After the triggers that hold a text to what the public site may do, by the order of their names.
_MAKERS = """
CREATE FUNCTION partners_add_makers() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'INSERT' OR OLD.released_at IS NULL THEN
    NEW.hands := NEW.hands || ARRAY(
      SELECT DISTINCT made_by_id FROM accounts_partnermember
      WHERE partner_id = NEW.partner_id AND made_by_id <> ALL (NEW.hands));
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sign_in_makers_are_hands BEFORE INSERT OR UPDATE ON partners_article
  FOR EACH ROW EXECUTE FUNCTION partners_add_makers();
CREATE TRIGGER sign_in_makers_are_hands BEFORE INSERT OR UPDATE ON partners_manuscript
  FOR EACH ROW EXECUTE FUNCTION partners_add_makers();
UPDATE partners_article SET hands = hands WHERE released_at IS NULL;
UPDATE partners_manuscript SET hands = hands WHERE released_at IS NULL;
"""
_NO_MAKERS = """
DROP TRIGGER sign_in_makers_are_hands ON partners_article;
DROP TRIGGER sign_in_makers_are_hands ON partners_manuscript;
DROP FUNCTION partners_add_makers();
"""

# What the public site may do to a text: migration 0006 says why.
_HOLD_TEXT = """
CREATE OR REPLACE FUNCTION partners_hold_text() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  after_change jsonb := to_jsonb(NEW);
  before_change jsonb;
  -- What a release adds; a correction knows its collection, lesson or claim already.
  released text[] := '{released_at,released_by_id,digest,edition_id,revision_id}';
  words text[] := '{title,purpose,text,typed,content}';
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.submitted_at IS NULL AND NEW.released_at IS NULL AND NEW.ended_at IS NULL
       AND EXISTS (SELECT FROM accounts_partnermember
                   WHERE id = NEW.hands[1] AND partner_id = NEW.partner_id) THEN
      RETURN NEW;
    END IF;
  ELSE
    before_change := to_jsonb(OLD);
    IF OLD.released_at IS NOT NULL THEN
      IF OLD.ended_at IS NULL AND after_change - 'ended_at' = before_change - 'ended_at' THEN
        RETURN NEW;
      END IF;
    ELSIF NEW.released_at IS NOT NULL THEN
      FOR each IN 1..3 LOOP
        -- Named by the release where the text named none.
        IF before_change ->> ('{collection_id,lesson_id,claim_id}'::text[])[each] IS NULL THEN
          released := released || ('{collection_id,lesson_id,claim_id}'::text[])[each];
        END IF;
      END LOOP;
      IF OLD.submitted_at IS NOT NULL AND OLD.ended_at IS NULL
         AND after_change - released = before_change - released
         AND EXISTS (
           SELECT FROM accounts_partnermember m JOIN accounts_partner p ON p.id = m.partner_id
           WHERE m.id = NEW.released_by_id AND m.partner_id = NEW.partner_id
             AND m.is_active AND NOT m.awaits_agreement AND p.is_active
         ) THEN
        RETURN NEW;
      END IF;
    ELSIF OLD.ended_at IS NULL AND NEW.id = OLD.id AND NEW.partner_id = OLD.partner_id
       AND NEW.hands @> OLD.hands AND NEW.digest IS NULL
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
"""
_HOLD_TEXT_BEFORE = (
    _HOLD_TEXT.replace("released_at", "published_at")
    .replace("ended_at", "withdrawn_at")
    .replace("released_by_id,digest,", "released_by_id,")
    .replace(
        """EXISTS (SELECT FROM accounts_partnermember
                   WHERE id = NEW.hands[1] AND partner_id = NEW.partner_id)""",
        "NEW.hands @> ARRAY[NEW.written_by_id]",
    )
    .replace("NEW.digest IS NULL", "NEW.hands @> ARRAY[OLD.written_by_id, NEW.written_by_id]")
)


def _of_each(name: str) -> list[Any]:
    table = f"partners_{name}"
    return [
        migrations.RemoveConstraint(name, f"{name}_is_published_by_one_second_person"),
        migrations.RemoveConstraint(name, f"{name}_is_published_by_nobody_with_a_hand_in_it"),
        migrations.RenameField(name, "published_at", "released_at"),
        migrations.RenameField(name, "withdrawn_at", "ended_at"),
        migrations.AddField(name, "digest", models.BinaryField(max_length=32, null=True)),
        migrations.AlterField(
            name, "returned_reason", models.TextField(db_default="", default="")
        ),
        hands_from(table, "written_by_id"),
        migrations.AlterField(
            name,
            "written_by",
            models.ForeignKey(
                "accounts.PartnerMember",
                django.db.models.deletion.PROTECT,
                null=True,
                related_name="+",
            ),
        ),
        # Only for the way back: the last of the hands who is a member of the partner.
        migrations.RunSQL(
            migrations.RunSQL.noop,
            f"UPDATE {table} t SET written_by_id = (SELECT m.id FROM accounts_partnermember m "  # noqa: S608 -- our own names only
            "WHERE m.id = ANY (t.hands) ORDER BY array_position(t.hands, m.id) DESC LIMIT 1);",
        ),
        migrations.RemoveField(name, "written_by"),
        migrations.AddConstraint(
            name,
            models.CheckConstraint(
                condition=~Q(hands__contains=[F("released_by")]),
                name=f"{name}_is_released_by_nobody_with_a_hand_in_it",
            ),
        ),
        migrations.AddConstraint(
            name,
            models.CheckConstraint(
                condition=Q(released_by=None) | Q(released_at__isnull=False),
                name=f"{name}_released_has_its_moment",
            ),
        ),
        migrations.AddConstraint(
            name,
            models.CheckConstraint(
                condition=~Q(hands__contains=[F("released_by_officer")]),
                name=f"{name}_is_released_by_no_officer_with_a_hand_in_it",
            ),
        ),
        migrations.AddConstraint(
            name,
            models.CheckConstraint(
                condition=Q(released_at=None, released_by=None, released_by_officer=None)
                | Q(released_at__isnull=False, submitted_at__isnull=False)
                & (
                    Q(released_by__isnull=False, released_by_officer=None)
                    | Q(released_by=None, released_by_officer__isnull=False)
                ),
                name=f"{name}_is_released_by_one_second_person",
            ),
        ),
        hands_only_grow(table),
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_wrong_codes_at_an_open_desk"),
        ("partners", "0007_released_check"),
    ]

    operations = [
        migrations.RunSQL(
            "DROP VIEW partners_waiting;", _view(_AS_BEFORE, "published_at")
        ),
        migrations.RemoveIndex("article", "article_of_partner"),
        migrations.RemoveConstraint("manuscript", "manuscript_published_leads_to_what_is_public"),
        *(operation for name in _TEXTS for operation in _of_each(name)),
        migrations.AddIndex(
            "article",
            models.Index(fields=["partner", "-released_at"], name="article_of_partner"),
        ),
        migrations.AddConstraint(
            "manuscript",
            models.CheckConstraint(
                condition=Q(edition=None, released_at=None, revision=None)
                | Q(edition__isnull=False, kind="lesson", released_at__isnull=False)
                | Q(kind="check", released_at__isnull=False, revision__isnull=False),
                name="manuscript_published_leads_to_what_is_public",
            ),
        ),
        rename_in_functions(
            {"NEW.published_at": "NEW.released_at", "NEW.withdrawn_at": "NEW.ended_at"},
            "partners_ask_record",
        ),
        rename_in_functions(
            {"AND published_at": "AND released_at", "withdrawn_at": "ended_at"},
            "partners_ask_text",
        ),
        migrations.RunSQL(_HOLD_TEXT, _HOLD_TEXT_BEFORE),
        migrations.RunSQL(_MAKERS, _NO_MAKERS),
        migrations.RunSQL(
            _view(_WITH_MAKERS, "released_at"), "DROP VIEW partners_waiting;"
        ),
    ]
