"""Searches under a name, tips set aside until a time, and indexes for what is done."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0001_initial'),
        ('tips', '0007_reports_taken_down'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SavedSearch',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=40)),
                ('query', models.JSONField(db_default={}, default=dict)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.AddField(
            model_name='tip',
            name='set_aside_until',
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name='decision',
            name='kind',
            field=models.CharField(choices=[('accepted', 'Taken on'), ('duplicate', 'Joined to an incident'), ('routed', 'Passed to another unit'), ('sorted', 'Sorted'), ('rated', 'Value rated'), ('replied', 'Reporter answered'), ('outcome', 'Outcome recorded'), ('closed', 'Closed'), ('reopened', 'Reopened'), ('declined', 'Not a tip, answered'), ('separated', 'Taken out of the incident'), ('set_aside', 'Set aside')], max_length=10),
        ),
        migrations.AddIndex(
            model_name='tip',
            index=models.Index(condition=models.Q(('state', 'closed')), fields=['responsible_unit', 'closed_at'], name='tip_done_when'),
        ),
        migrations.AddIndex(
            model_name='tip',
            index=models.Index(condition=models.Q(('search__isnull', False), ('state', 'closed')), fields=['closed_at'], name='tip_words_kept'),
        ),
        migrations.AddField(
            model_name='savedsearch',
            name='officer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='savedsearch',
            constraint=models.UniqueConstraint(fields=('officer', 'name'), name='a_search_is_saved_once'),
        ),
    ]
