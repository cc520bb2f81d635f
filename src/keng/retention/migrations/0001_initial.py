"""For how long closed tips are kept, as two people agreed."""

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
            name='RetentionPeriod',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('category', models.CharField(blank=True, db_default='', default='', max_length=30)),
                ('closed_as', models.CharField(choices=[('founded', 'Cleared up, prevented, led to a warning'), ('unfounded', 'Unfounded'), ('no_tip', 'Not a tip, outside our competence, or without an outcome')], max_length=9)),
                ('months', models.PositiveSmallIntegerField()),
                ('law_words', models.CharField(blank=True, db_default='', default='', max_length=500)),
                ('law_source', models.CharField(blank=True, db_default='', default='', max_length=160)),
                ('proposed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('agreed_at', models.DateTimeField(null=True)),
                ('refused_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('agreed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('refused_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('agreed_at__isnull', True), ('agreed_by__isnull', True)), models.Q(('agreed_at__isnull', False), ('agreed_by__isnull', False), models.Q(('agreed_by', models.F('proposed_by')), _negated=True)), _connector='OR'), name='retention_period_takes_two_people'), models.CheckConstraint(condition=models.Q(('months__gte', 4), ('months__lte', 600)), name='retention_period_is_in_bounds'), models.CheckConstraint(condition=models.Q(models.Q(('law_source', ''), ('law_words', '')), models.Q(models.Q(('law_words', ''), _negated=True), models.Q(('law_source', ''), _negated=True)), _connector='OR'), name='quoted_law_says_where_it_stands'), models.UniqueConstraint(condition=models.Q(('agreed_at__isnull', False), ('ended_at__isnull', True)), fields=('unit', 'category', 'closed_as'), name='one_retention_period_in_force'), models.UniqueConstraint(condition=models.Q(('agreed_at__isnull', True), ('ended_at__isnull', True), ('refused_at__isnull', True)), fields=('unit', 'category', 'closed_as'), name='one_retention_period_proposed')],
            },
        ),
    ]
