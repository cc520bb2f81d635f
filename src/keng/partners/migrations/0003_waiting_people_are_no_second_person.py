"""A partner has a second person once somebody of it agreed to them."""

from django.db import migrations


_WAITING = """
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
       WHERE m.partner_id = t.partner_id AND m.is_active {more}) = 1
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_who_was_added_is_agreed_to'),
        ('partners', '0002_manuscripts'),
    ]

    operations = [
        migrations.RunSQL(
            "DROP VIEW partners_waiting;" + _WAITING.format(more="AND NOT m.awaits_agreement"),
            "DROP VIEW partners_waiting;" + _WAITING.format(more=""),
        ),
    ]
