"""Tips for named officers, what opens one in an emergency, and recusal."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0003_landmark'),
        ('tips', '0081_replaced_codes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='tip',
            name='is_for_named',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddField(
            model_name='tip',
            name='is_for_named_decided',
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AlterField(
            model_name='decision',
            name='kind',
            field=models.CharField(choices=[('accepted', 'Taken on'), ('duplicate', 'Joined to an incident'), ('routed', 'Passed to another unit'), ('sorted', 'Sorted'), ('rated', 'Value rated'), ('replied', 'Reporter answered'), ('outcome', 'Outcome recorded'), ('closed', 'Closed'), ('reopened', 'Reopened'), ('declined', 'Not a tip, answered'), ('separated', 'Taken out of the incident'), ('set_aside', 'Set aside'), ('suspended', 'Suspended'), ('resumed', 'Taken up again'), ('narrowed', 'Made a matter for named officers'), ('widened', 'Opened to the whole desk'), ('recused', 'An officer has no part in it'), ('rejoined', 'An officer has a part in it again'), ('broken_in', 'Opened in an emergency')], max_length=10),
        ),
        migrations.CreateModel(
            name='BreakIn',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('ground', models.CharField(choices=[('life', 'Somebody is in danger now'), ('nobody', 'No named officer can be reached, and it cannot wait'), ('deadline', 'A deadline of law runs out, and no named officer is there')], max_length=8)),
                ('words', models.CharField(max_length=500)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('until', models.DateTimeField()),
                ('read_at', models.DateTimeField(null=True)),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('read_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tip', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='break_ins', to='tips.tip')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['officer', 'until'], name='break_in_of_officer'), models.Index(condition=models.Q(('read_by__isnull', True)), fields=['unit'], name='break_in_unread')],
                'constraints': [models.CheckConstraint(condition=models.Q(('read_by__isnull', True), models.Q(('read_by', models.F('officer')), _negated=True), _connector='OR'), name='break_in_is_read_by_somebody_else'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('at'))), name='break_in_ends_after_it_began')],
            },
        ),
        migrations.CreateModel(
            name='Recusal',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tip', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='recusals', to='tips.tip')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('officer', 'tip'), name='recusal_from_a_tip_once')],
            },
        ),
    ]
