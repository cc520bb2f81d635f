"""A critical tip that nobody has taken calls people until somebody does."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0005_pagers'),
        ('places', '0001_initial'),
        ('tips', '0008_searches_and_setting_aside'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Alarm',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('raised_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('rounds', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('next_call_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='AlarmCall',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('round', models.PositiveSmallIntegerField()),
                ('is_on_duty', models.BooleanField()),
                ('ways', models.PositiveSmallIntegerField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='tip',
            index=models.Index(condition=models.Q(('assigned_to__isnull', True), ('urgency', 'P0'), models.Q(('state__in', ['closed', 'duplicate']), _negated=True)), fields=['id'], name='tip_ringing'),
        ),
        migrations.AddField(
            model_name='alarm',
            name='taken_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='alarm',
            name='tip',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='alarm', to='tips.tip'),
        ),
        migrations.AddField(
            model_name='alarm',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit'),
        ),
        migrations.AddField(
            model_name='alarmcall',
            name='alarm',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='tips.alarm'),
        ),
        migrations.AddField(
            model_name='alarmcall',
            name='dispatch',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='delivery.dispatch'),
        ),
        migrations.AddField(
            model_name='alarmcall',
            name='officer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='alarmcall',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit'),
        ),
        migrations.AddIndex(
            model_name='alarm',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['next_call_at'], name='alarm_ringing'),
        ),
    ]
