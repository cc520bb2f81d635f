"""Articles of partners, the kit, and the view of what waits for the province."""

import django.db.models.deletion
import keng.kit.ids
import keng.kit.times
from django.conf import settings
from django.db import migrations, models

# Drafts, and what a partner of several people writes, are not in it.
_FORWARDS = """
CREATE VIEW partners_waiting WITH (security_barrier) AS
SELECT a.id, a.partner_id, p.name AS partner_name, p.invited_by_unit_id AS unit_id,
       a.purpose, a.title, a.text, a.submitted_at
FROM partners_article a JOIN accounts_partner p ON p.id = a.partner_id
WHERE a.submitted_at IS NOT NULL AND a.published_at IS NULL AND p.is_active
  AND (SELECT count(*) FROM accounts_partnermember m
       WHERE m.partner_id = a.partner_id AND m.is_active) = 1
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_partners'),
        ('places', '0002_unit_has_no_night_watch'),
        ('warnings', '0003_patterns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('fraud', 'Fraud and scams'), ('children', 'Children and school'), ('renting', 'Renting and living together'), ('violence', 'Violence at home and outside'), ('drugs', 'Drugs, gambling, loan sharks'), ('road', 'Safety on the road'), ('fire', 'Fire, storm, flood, epidemic'), ('services', 'Services: how to get something done')], max_length=10)),
                ('title', models.CharField(max_length=120)),
                ('text', models.TextField()),
                ('written_at', models.DateTimeField(default=keng.kit.times.now)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('returned_reason', models.CharField(db_default='', default='', max_length=300)),
                ('published_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.partner')),
                ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.partnermember')),
                ('released_by_officer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('written_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.partnermember')),
            ],
            options={
                'indexes': [models.Index(fields=['partner', '-published_at'], name='article_of_partner')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('published_at', None), ('released_by', None), ('released_by_officer', None)), models.Q(('published_at__isnull', False), ('submitted_at__isnull', False), models.Q(models.Q(('released_by__isnull', False), ('released_by_officer', None), models.Q(('released_by', models.F('written_by')), _negated=True)), models.Q(('released_by', None), ('released_by_officer__isnull', False)), _connector='OR')), _connector='OR'), name='article_is_published_by_one_second_person'), models.CheckConstraint(condition=models.Q(('purpose__in', ['fraud', 'children', 'renting', 'violence', 'drugs', 'road', 'fire', 'services'])), name='article_purpose_is_of_the_closed_list')],
            },
        ),
        migrations.CreateModel(
            name='KitRequest',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('about', models.CharField(max_length=400)),
                ('token_hash', models.BinaryField(max_length=32, unique=True)),
                ('asked_at', models.DateTimeField(default=keng.kit.times.now)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('decided_at', None), models.Q(('about', ''), ('name', '')), _connector='OR'), name='kit_request_names_nobody_once_decided')],
            },
        ),
        migrations.CreateModel(
            name='KitShare',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('groups', models.PositiveSmallIntegerField()),
                ('shared_at', models.DateTimeField(default=keng.kit.times.now)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.partner')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='warnings.version')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('partner', 'version'), name='kit_share_is_said_once'), models.CheckConstraint(condition=models.Q(('groups__gte', 1), ('groups__lte', 500)), name='kit_share_is_a_believable_number')],
            },
        ),
        migrations.RunSQL(_FORWARDS, "DROP VIEW partners_waiting"),
    ]
