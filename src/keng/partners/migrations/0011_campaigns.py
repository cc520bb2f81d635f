"""Campaigns and introductions of partners: kinds of manuscript; counts of campaigns."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

# As in 0008. A column that a view reads keeps its type, so the view goes for as long as it changes.
_VIEW = """
CREATE VIEW partners_waiting WITH (security_barrier) AS
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
WHERE t.submitted_at IS NOT NULL AND t.released_at IS NULL AND p.is_active
  AND EXISTS (SELECT FROM accounts_partnermember m
              WHERE m.partner_id = t.partner_id AND m.is_active AND NOT m.awaits_agreement)
  AND NOT EXISTS (SELECT FROM accounts_partnermember m
                  WHERE m.partner_id = t.partner_id AND m.is_active AND NOT m.awaits_agreement
                    AND m.id <> ALL (t.hands));
"""
_NO_VIEW = "DROP VIEW partners_waiting;"
_KINDS = [
    ("lesson", "Lesson"),
    ("check", "Claim check"),
    ("campaign", "Campaign"),
    ("at_place", "Introduction at a place"),
]
_KNOWN, _PUBLIC = "manuscript_kind_is_known", "manuscript_published_leads_to_what_is_public"


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0010_told_at"),
        ("places", "0001_initial"),
    ]

    operations = [
        migrations.RunSQL(_NO_VIEW, _VIEW),
        migrations.RemoveConstraint("manuscript", _KNOWN),
        migrations.RemoveConstraint("manuscript", _PUBLIC),
        migrations.AlterField(
            "manuscript", "kind", models.CharField(choices=_KINDS, max_length=8)
        ),
        migrations.AddConstraint(
            "manuscript",
            models.CheckConstraint(
                condition=Q(kind__in=["lesson", "check", "campaign", "at_place"]), name=_KNOWN
            ),
        ),
        migrations.AddConstraint(
            "manuscript",
            models.CheckConstraint(
                condition=Q(edition=None, released_at=None, revision=None)
                | Q(edition__isnull=False, kind="lesson", released_at__isnull=False)
                | Q(kind="check", released_at__isnull=False, revision__isnull=False)
                | Q(
                    edition=None,
                    kind__in=["campaign", "at_place"],
                    released_at__isnull=False,
                    revision=None,
                ),
                name=_PUBLIC,
            ),
        ),
        migrations.RunSQL(_VIEW, _NO_VIEW),
        migrations.CreateModel(
            "CampaignDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("pledged", models.PositiveIntegerField(db_default=0, default=0)),
                ("finished", models.PositiveIntegerField(db_default=0, default=0)),
                ("groups", models.PositiveIntegerField(db_default=0, default=0)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="days",
                        to="partners.manuscript",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="places.place",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("campaign", "place", "day"), name="campaign_day_is_one_row"
                    ),
                    models.CheckConstraint(
                        condition=Q(groups__lte=500), name="campaign_day_is_a_believable_number"
                    ),
                ],
            },
        ),
    ]
