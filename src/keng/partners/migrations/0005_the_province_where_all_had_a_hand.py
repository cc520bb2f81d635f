"""The province reads what was handed in once nobody of the partner is left who had no hand in it."""

from django.db import migrations


_BEFORE = """
CREATE VIEW partners_waiting WITH (security_barrier) AS
SELECT t.id, t.partner_id, p.name AS partner_name, p.invited_by_unit_id AS unit_id,
       t.purpose, t.title, t.text, t.submitted_at, t.kind, t.content, t.collection_id,
       t.lesson_id, t.claim_id
FROM (SELECT id, partner_id, purpose, title, text, submitted_at, published_at, 'article' AS kind,
             NULL::jsonb AS content, NULL::uuid AS collection_id, NULL::uuid AS lesson_id,
             NULL::uuid AS claim_id
      FROM partners_article
      UNION ALL
      SELECT id, partner_id, purpose, title, '', submitted_at, published_at, kind, content,
             collection_id, lesson_id, claim_id
      FROM partners_manuscript) t
JOIN accounts_partner p ON p.id = t.partner_id
WHERE t.submitted_at IS NOT NULL AND t.published_at IS NULL AND p.is_active
  AND (SELECT count(*) FROM accounts_partnermember m
       WHERE m.partner_id = t.partner_id AND m.is_active AND NOT m.awaits_agreement) = 1
"""
# A partner of whom nobody signs in any more publishes nothing, through the province neither.
_WAITING = """
CREATE VIEW partners_waiting WITH (security_barrier) AS
SELECT t.id, t.partner_id, p.name AS partner_name, p.invited_by_unit_id AS unit_id,
       t.purpose, t.title, t.text, t.submitted_at, t.kind, t.content, t.collection_id,
       t.lesson_id, t.claim_id, t.hands
FROM (SELECT id, partner_id, purpose, title, text, submitted_at, published_at, 'article' AS kind,
             NULL::jsonb AS content, NULL::uuid AS collection_id, NULL::uuid AS lesson_id,
             NULL::uuid AS claim_id, array_remove(hands, written_by_id) || written_by_id AS hands
      FROM partners_article
      UNION ALL
      SELECT id, partner_id, purpose, title, '', submitted_at, published_at, kind, content,
             collection_id, lesson_id, claim_id, array_remove(hands, written_by_id) || written_by_id
      FROM partners_manuscript) t
JOIN accounts_partner p ON p.id = t.partner_id
WHERE t.submitted_at IS NOT NULL AND t.published_at IS NULL AND p.is_active
  AND EXISTS (SELECT FROM accounts_partnermember m
              WHERE m.partner_id = t.partner_id AND m.is_active AND NOT m.awaits_agreement)
  AND NOT EXISTS (SELECT FROM accounts_partnermember m
                  WHERE m.partner_id = t.partner_id AND m.is_active AND NOT m.awaits_agreement
                    AND m.id <> ALL (t.hands))
"""


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0004_hands'),
    ]

    operations = [
        migrations.RunSQL(
            "DROP VIEW partners_waiting;" + _WAITING, "DROP VIEW partners_waiting;" + _BEFORE
        ),
    ]
