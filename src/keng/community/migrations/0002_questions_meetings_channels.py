"""Questions to a desk, meetings, official channels."""

import django.db.models.deletion
import keng.kit.ids
import keng.kit.times
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('community', '0001_initial'),
        ('places', '0002_unit_has_no_night_watch'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('starts_at', models.DateTimeField()),
                ('venue', models.CharField(max_length=160)),
                ('about', models.CharField(max_length=240)),
                ('called_off_at', models.DateTimeField(null=True)),
                ('announced_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['place', 'starts_at'], name='meeting_of_place')],
            },
        ),
        migrations.CreateModel(
            name='OfficialChannel',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('phone', 'Telephone'), ('website', 'Website'), ('zalo', 'Zalo'), ('facebook', 'Facebook'), ('telegram', 'Telegram'), ('email', 'E-mail'), ('other', 'Other channel')], max_length=8)),
                ('shown_as', models.CharField(max_length=160)),
                ('checked_on', models.DateField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('checked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('unit', 'kind', 'shown_as'), name='official_channel_is_listed_once')],
            },
        ),
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('wish', models.CharField(choices=[('public', 'Everybody may read the answer'), ('private', 'Only I read the answer, with a code')], max_length=8)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('answered', 'Answered'), ('moved', 'Became a report'), ('opinion', 'No matter of this site'), ('gone', 'Destroyed, its time was over')], db_default='waiting', default='waiting', max_length=8)),
                ('text', models.TextField(db_default='', default='')),
                ('language', models.CharField(db_default='vi', default='vi', max_length=5)),
                ('code_hash', models.BinaryField(max_length=32, unique=True)),
                ('asked_at', models.DateTimeField(default=keng.kit.times.now)),
                ('shown_text', models.TextField(db_default='', default='')),
                ('answer', models.TextField(db_default='', default='')),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['unit', 'asked_at'], name='question_waiting'), models.Index(fields=['place', '-decided_at'], name='question_of_place')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state', 'waiting'), ('text', ''), _connector='OR'), name='question_words_go_with_the_decision'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), _negated=True), models.Q(models.Q(('answer', ''), _negated=True), models.Q(('shown_text', ''), _negated=True)), _connector='OR'), name='question_is_answered_with_words'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at', None), ('state', 'waiting')), models.Q(models.Q(('state', 'waiting'), _negated=True), ('decided_at__isnull', False)), _connector='OR'), name='question_is_decided_at_a_moment'), models.CheckConstraint(condition=models.Q(('wish__in', ['public', 'private'])), name='question_wish_is_known')],
            },
        ),
    ]
