"""A breach of personal data, what went to the authority, and whom the worker tells."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0003_landmark'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Breach',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('read', 'Read or taken by somebody who may not'), ('lost', 'Lost or destroyed'), ('changed', 'Changed by somebody who may not'), ('unavailable', 'Out of reach for those who need it')], max_length=11)),
                ('words', models.TextField()),
                ('measures', models.TextField(blank=True, db_default='', default='')),
                ('began_at', models.DateTimeField(null=True)),
                ('detected_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('reached', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), db_default=[], default=list, size=None)),
                ('harm', models.JSONField(db_default={}, default=dict)),
                ('assessed_at', models.DateTimeField(null=True)),
                ('called_again_at', models.DateTimeField(null=True)),
                ('closing_words', models.TextField(blank=True, db_default='', default='')),
                ('closed_at', models.DateTimeField(null=True)),
                ('assessed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
        ),
        migrations.CreateModel(
            name='BreachFiling',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('paper_number', models.CharField(blank=True, db_default='', default='', max_length=60)),
                ('words', models.TextField(blank=True, db_default='', default='')),
                ('form', models.JSONField()),
                ('sent_at', models.DateTimeField()),
                ('filed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('breach', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='filings', to='breaches.breach')),
                ('filed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='BreachNotice',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('received_from', models.DateTimeField(null=True)),
                ('received_until', models.DateTimeField()),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('told_up_to', models.UUIDField(null=True)),
                ('told', models.PositiveIntegerField(db_default=0, default=0)),
                ('done_at', models.DateTimeField(null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('breach', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notices', to='breaches.breach')),
            ],
        ),
        migrations.CreateModel(
            name='BreachWaiver',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('reason', models.TextField()),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('agreed_at', models.DateTimeField(null=True)),
                ('refused_at', models.DateTimeField(null=True)),
                ('agreed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('breach', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waivers', to='breaches.breach')),
                ('refused_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.AddConstraint(
            model_name='breach',
            constraint=models.CheckConstraint(condition=models.Q(('began_at', None), ('began_at__lte', models.F('detected_at')), _connector='OR'), name='breach_is_detected_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='breach',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closed_by__isnull', True)), models.Q(('closed_at__isnull', False), ('closed_by__isnull', False), models.Q(('closing_words', ''), _negated=True)), _connector='OR'), name='closed_breach_says_what_became_of_it'),
        ),
        migrations.AddConstraint(
            model_name='breachfiling',
            constraint=models.UniqueConstraint(fields=('breach', 'number'), name='one_filing_of_a_number'),
        ),
        migrations.AddConstraint(
            model_name='breachnotice',
            constraint=models.UniqueConstraint(condition=models.Q(('done_at__isnull', True)), fields=('breach',), name='one_breach_notice_under_way'),
        ),
        migrations.AddConstraint(
            model_name='breachwaiver',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed_at__isnull', True), ('agreed_by__isnull', True)), models.Q(('agreed_at__isnull', False), ('agreed_by__isnull', False), models.Q(('agreed_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='breach_waiver_takes_two_people'),
        ),
        migrations.AddConstraint(
            model_name='breachwaiver',
            constraint=models.UniqueConstraint(condition=models.Q(('refused_at__isnull', True)), fields=('breach',), name='one_breach_waiver_stands'),
        ),
    ]
