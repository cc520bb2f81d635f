"""Collections, lessons with their editions, and how often they were finished."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0004_partners'),
        ('places', '0002_unit_has_no_night_watch'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Collection',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('purpose', models.CharField(choices=[('fraud', 'Fraud and scams'), ('children', 'Children and school'), ('renting', 'Renting and living together'), ('violence', 'Violence at home and outside'), ('drugs', 'Drugs, gambling, loan sharks'), ('road', 'Safety on the road'), ('fire', 'Fire, storm, flood, epidemic'), ('services', 'Services: how to get something done')], max_length=10)),
                ('texts', models.JSONField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.partner')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
        ),
        migrations.CreateModel(
            name='Lesson',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=60, unique=True)),
                ('collection', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lessons', to='lessons.collection')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Finished',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('times', models.PositiveIntegerField(db_default=0, default=0)),
                ('pupils', models.PositiveIntegerField(db_default=0, default=0)),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='finished', to='lessons.lesson')),
            ],
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('texts', models.JSONField()),
                ('hash', models.BinaryField(max_length=32)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('published_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('number', models.PositiveSmallIntegerField()),
                ('right', models.JSONField(default=list)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
                ('lesson', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='lessons.lesson')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='collection',
            constraint=models.CheckConstraint(condition=models.Q(('purpose__in', ['fraud', 'children', 'renting', 'violence', 'drugs', 'road', 'fire', 'services'])), name='collection_serves_a_safety_purpose'),
        ),
        migrations.AddConstraint(
            model_name='finished',
            constraint=models.UniqueConstraint(fields=('lesson', 'day'), name='finished_is_one_row_a_day'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(('published_by', models.F('made_by')), _negated=True), name='edition_is_published_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.UniqueConstraint(fields=('lesson', 'number'), name='edition_numbers_are_unique'),
        ),
    ]
