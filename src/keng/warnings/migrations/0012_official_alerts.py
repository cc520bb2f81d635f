"""Alerts of official sources, kept for the desk of the province."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('warnings', '0011_cap_messages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OfficialAlert',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=253)),
                ('sender', models.CharField(max_length=200)),
                ('identifier', models.CharField(max_length=200)),
                ('sent_at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('Alert', 'New warning'), ('Update', 'Correction'), ('Cancel', 'Recall')], max_length=6)),
                ('refers_to', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), db_default=[], default=list, size=None)),
                ('event', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('headline', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('description', models.TextField(blank=True, db_default='', default='')),
                ('instruction', models.TextField(blank=True, db_default='', default='')),
                ('areas', models.TextField(blank=True, db_default='', default='')),
                ('web', models.CharField(blank=True, db_default='', default='', max_length=200)),
                ('expires_at', models.DateTimeField(null=True)),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('dismissed_at', models.DateTimeField(null=True)),
                ('dismissed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('warning', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='official_alert', to='warnings.warning')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'sender', 'identifier'), name='official_alert_comes_once')],
            },
        ),
    ]
