"""Lessons and checks as partners write them, and what of them waits for the province."""

import django.db.models.deletion
import keng.kit.ids
import keng.kit.times
from django.conf import settings
from django.db import migrations, models


# Drafts, and what a partner of several people writes, are not in it.
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
       WHERE m.partner_id = t.partner_id AND m.is_active) = 1
"""
_ARTICLES_WAITING = """
CREATE VIEW partners_waiting WITH (security_barrier) AS
SELECT a.id, a.partner_id, p.name AS partner_name, p.invited_by_unit_id AS unit_id,
       a.purpose, a.title, a.text, a.submitted_at
FROM partners_article a JOIN accounts_partner p ON p.id = a.partner_id
WHERE a.submitted_at IS NOT NULL AND a.published_at IS NULL AND p.is_active
  AND (SELECT count(*) FROM accounts_partnermember m
       WHERE m.partner_id = a.partner_id AND m.is_active) = 1
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_partners'),
        ('claims', '0003_partners_check_claims'),
        ('lessons', '0005_partners_write_for_themselves'),
        ('partners', '0001_articles_and_kits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Manuscript',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('fraud', 'Fraud and scams'), ('children', 'Children and school'), ('renting', 'Renting and living together'), ('violence', 'Violence at home and outside'), ('drugs', 'Drugs, gambling, loan sharks'), ('road', 'Safety on the road'), ('fire', 'Fire, storm, flood, epidemic'), ('services', 'Services: how to get something done')], max_length=10)),
                ('title', models.CharField(max_length=120)),
                ('written_at', models.DateTimeField(default=keng.kit.times.now)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('returned_reason', models.CharField(db_default='', default='', max_length=300)),
                ('published_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('kind', models.CharField(choices=[('lesson', 'Lesson'), ('check', 'Claim check')], max_length=6)),
                ('typed', models.JSONField(default=dict)),
                ('content', models.JSONField(default=dict)),
                ('claim', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.claim')),
                ('collection', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lessons.collection')),
                ('edition', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lessons.edition')),
                ('lesson', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='lessons.lesson')),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.partner')),
                ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.partnermember')),
                ('released_by_officer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('revision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='claims.revision')),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.partnermember')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['partner', '-id'], name='manuscript_of_partner')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('released_by', None), ('released_by_officer', None)), models.Q(('published_at__isnull', False), ('submitted_at__isnull', False), models.Q(models.Q(('released_by__isnull', False), ('released_by_officer', None), models.Q(('released_by', models.F('written_by')), _negated=True)), models.Q(('released_by', None), ('released_by_officer__isnull', False)), _connector='OR')), _connector='OR'), name='manuscript_is_published_by_one_second_person'), models.CheckConstraint(condition=models.Q(('purpose__in', ['fraud', 'children', 'renting', 'violence', 'drugs', 'road', 'fire', 'services'])), name='manuscript_purpose_is_of_the_closed_list'), models.CheckConstraint(condition=models.Q(('kind__in', ['lesson', 'check'])), name='manuscript_kind_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('edition', None), ('published_at', None), ('revision', None)), models.Q(('edition__isnull', False), ('kind', 'lesson'), ('published_at__isnull', False)), models.Q(('kind', 'check'), ('published_at__isnull', False), ('revision__isnull', False)), _connector='OR'), name='manuscript_published_leads_to_what_is_public')],
            },
        ),
        migrations.RunSQL("DROP VIEW partners_waiting", _ARTICLES_WAITING),
        migrations.RunSQL(_WAITING, "DROP VIEW partners_waiting"),
    ]
