"""Pledge campaigns of schools, and their classes."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lessons', '0001_lessons'),
        ('network', '0004_establishments'),
        ('places', '0002_unit_has_no_night_watch'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Campaign',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('texts', models.JSONField()),
                ('hash', models.BinaryField(max_length=32)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('published_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('purpose', models.CharField(choices=[('fraud', 'Fraud and scams'), ('children', 'Children and school'), ('renting', 'Renting and living together'), ('violence', 'Violence at home and outside'), ('drugs', 'Drugs, gambling, loan sharks'), ('road', 'Safety on the road'), ('fire', 'Fire, storm, flood, epidemic'), ('services', 'Services: how to get something done')], max_length=10)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField()),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SchoolClass',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('school', models.CharField(max_length=160)),
                ('link_version', models.PositiveSmallIntegerField(db_default=1, default=1)),
                ('pupils', models.PositiveSmallIntegerField(null=True)),
                ('pledged', models.PositiveSmallIntegerField(null=True)),
                ('counted_at', models.DateTimeField(null=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='classes', to='lessons.campaign')),
                ('commune', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
                ('group', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.group')),
                ('lead', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='network.lead')),
            ],
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('published_by', models.F('made_by')), _negated=True), name='campaign_is_published_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['fraud', 'children', 'renting', 'violence', 'drugs', 'road', 'fire', 'services'])), name='campaign_serves_a_safety_purpose'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gte', models.F('starts_on'))), name='campaign_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='schoolclass',
            constraint=models.UniqueConstraint(fields=('campaign', 'group'), name='class_takes_part_once_in_a_campaign'),
        ),
        migrations.AddConstraint(
            model_name='schoolclass',
            constraint=models.CheckConstraint(condition=models.Q(('pledged__isnull', True), models.Q(('pledged__lte', models.F('pupils')), ('pupils__lte', 60)), _connector='OR'), name='no_more_pupils_pledged_than_a_class_has'),
        ),
    ]
