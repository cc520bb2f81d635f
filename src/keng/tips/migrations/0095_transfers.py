"""Tips go to the desks of other installations, and come from there."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tips', '0094_taken_by_link'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='decision',
            name='kind',
            field=models.CharField(choices=[('accepted', 'Taken on'), ('duplicate', 'Joined to an incident'), ('routed', 'Passed to another unit'), ('sorted', 'Sorted'), ('rated', 'Value rated'), ('replied', 'Reporter answered'), ('outcome', 'Outcome recorded'), ('closed', 'Closed'), ('reopened', 'Reopened'), ('declined', 'Not a tip, answered'), ('separated', 'Taken out of the incident'), ('set_aside', 'Set aside'), ('suspended', 'Suspended'), ('resumed', 'Taken up again'), ('narrowed', 'Made a matter for named officers'), ('widened', 'Opened to the whole desk'), ('recused', 'An officer has no part in it'), ('rejoined', 'An officer has a part in it again'), ('broken_in', 'Opened in an emergency'), ('hold_asked', 'A legal hold asked for'), ('held', 'Under legal hold'), ('hold_no', 'Legal hold, or its end, refused'), ('unhold_ask', 'The end of the legal hold asked for'), ('unheld', 'Legal hold ended'), ('hand_over', 'Hand-over file made'), ('xfer_asked', 'Transfer to another province asked for'), ('xfer_no', 'Not transferred to another province'), ('xfer_sent', 'Transferred to another province'), ('xfer_file', 'File for the other province made'), ('xfer_news', 'File of the other province taken in'), ('xfer_in', 'Taken over from another province'), ('xfer_back', 'Given back to the other province')], max_length=10),
        ),
        migrations.CreateModel(
            name='OtherInstallation',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=160)),
                ('province_code', models.CharField(max_length=4)),
                ('phone', models.CharField(blank=True, db_default='', default='', max_length=40)),
                ('signing_key', models.BinaryField(max_length=32)),
                ('sealing_key', models.BinaryField(max_length=2000)),
                ('added_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('removed_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_at__isnull', True)), fields=('signing_key',), name='installation_is_known_once')],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('number_of_both', models.UUIDField()),
                ('is_incoming', models.BooleanField(db_default=False, default=False)),
                ('state', models.CharField(choices=[('asked', 'A second officer decides'), ('dropped', 'Not transferred'), ('sent', 'On its way: not confirmed yet'), ('with_them', 'With the other province'), ('with_us', 'Taken over here'), ('returned', 'Given back'), ('ended', 'Ended there')], max_length=9)),
                ('reason', models.CharField(blank=True, db_default='', default='', max_length=500)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('agreed_at', models.DateTimeField(null=True)),
                ('their_desk', models.CharField(blank=True, db_default='', default='', max_length=160)),
                ('their_phone', models.CharField(blank=True, db_default='', default='', max_length=40)),
                ('their_number', models.CharField(blank=True, db_default='', default='', max_length=30)),
                ('their_reason', models.CharField(blank=True, db_default='', default='', max_length=500)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('stopped_clocks', models.JSONField(db_default=[], default=list)),
                ('agreed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tips.otherinstallation')),
                ('tip', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='transfers', to='tips.tip')),
            ],
        ),
        migrations.CreateModel(
            name='TransferFile',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('is_incoming', models.BooleanField(db_default=False, default=False)),
                ('number', models.PositiveSmallIntegerField()),
                ('content', models.BinaryField(db_default=b'', default=b'')),
                ('says', models.CharField(blank=True, db_default='', default='', max_length=8)),
                ('messages', models.JSONField(db_default=[], default=list)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('transfer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='files', to='tips.transfer')),
            ],
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed_at__isnull', True), ('agreed_by__isnull', True)), models.Q(('agreed_at__isnull', False), ('agreed_by__isnull', False), models.Q(('agreed_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='transfer_takes_two_people'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.CheckConstraint(condition=models.Q(('is_incoming', True), ('state__in', ['asked', 'dropped']), ('agreed_by__isnull', False), _connector='OR'), name='no_tip_is_transferred_by_one_person'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ['asked', 'sent', 'with_them', 'with_us'])), fields=('tip',), name='tip_has_one_standing_transfer'),
        ),
        migrations.AddConstraint(
            model_name='transfer',
            constraint=models.UniqueConstraint(fields=('number_of_both', 'is_incoming'), name='transfer_comes_in_once'),
        ),
        migrations.AddConstraint(
            model_name='transferfile',
            constraint=models.UniqueConstraint(fields=('transfer', 'is_incoming', 'number'), name='transfer_file_comes_once'),
        ),
    ]
