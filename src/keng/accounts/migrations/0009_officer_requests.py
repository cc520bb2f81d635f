"""What one person asks for an officer and another one agrees to."""

import django.db.models.deletion
import keng.kit.ids
import keng.kit.times
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0008_whose_hands_set_up'),
        ('places', '0003_landmark'),
    ]

    operations = [
        migrations.CreateModel(
            name='OfficerRequest',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('new', 'A new officer'), ('post', 'One more post'), ('renewal', 'A new sign-in')], max_length=8)),
                ('state', models.CharField(choices=[('waiting', 'waits for the second person'), ('agreed', 'waits to be set up'), ('done', 'done'), ('refused', 'refused'), ('withdrawn', 'withdrawn'), ('lapsed', 'over without effect')], default='waiting', max_length=10)),
                ('username', models.CharField(db_default='', default='', max_length=60)),
                ('name', models.CharField(db_default='', default='', max_length=120)),
                ('rank', models.CharField(db_default='', default='', max_length=40)),
                ('role', models.CharField(choices=[('duty', 'Duty officer'), ('commander', 'Commander'), ('coordinator', 'Provincial coordinator'), ('auditor', 'Auditor'), ('data_protection', 'Data protection officer'), ('administrator', 'Administrator')], db_default='', default='', max_length=16)),
                ('valid_from', models.DateField(null=True)),
                ('asked_at', models.DateTimeField(default=keng.kit.times.now)),
                ('decided_at', models.DateTimeField(null=True)),
                ('refused_reason', models.CharField(db_default='', default='', max_length=300)),
                ('expires_at', models.DateTimeField()),
                ('asker_half', models.BinaryField(max_length=32, null=True)),
                ('agreer_half', models.BinaryField(max_length=32, null=True)),
                ('failed_tries', models.SmallIntegerField(db_default=0, default=0)),
                ('chosen_password', models.CharField(db_default='', default='', max_length=128)),
                ('offered_totp_box', models.BinaryField(db_default=b'', default=b'')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('officer', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
        ),
        migrations.AddIndex(
            model_name='officerrequest',
            index=models.Index(fields=['unit', '-id'], name='officer_request_of_unit'),
        ),
        migrations.AddConstraint(
            model_name='officerrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['agreed', 'done']), _negated=True), models.Q(('asked_by', None), ('decided_by', None)), models.Q(('asked_by__isnull', False), ('decided_by__isnull', False), models.Q(('asked_by', models.F('decided_by')), _negated=True)), _connector='OR'), name='officer_request_is_agreed_to_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='officerrequest',
            constraint=models.CheckConstraint(condition=models.Q(('officer', None), models.Q(models.Q(('asked_by', None), models.Q(('asked_by', models.F('officer')), _negated=True), _connector='OR'), models.Q(('decided_by', None), models.Q(('decided_by', models.F('officer')), _negated=True), _connector='OR')), _connector='OR'), name='officer_request_is_not_decided_by_whom_it_concerns'),
        ),
        migrations.AddConstraint(
            model_name='officerrequest',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'agreed'), models.Q(('agreer_half', None), ('asker_half', None), ('chosen_password', ''), ('offered_totp_box', b'')), _connector='OR'), name='officer_request_keeps_no_half_when_it_is_over'),
        ),
        migrations.AddConstraint(
            model_name='officerrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'new'), ('state__in', ['waiting', 'agreed'])), fields=('username',), name='officer_request_for_a_name_is_open_once'),
        ),
        migrations.AddConstraint(
            model_name='officerrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'renewal'), ('state__in', ['waiting', 'agreed'])), fields=('officer',), name='officer_request_to_renew_is_open_once'),
        ),
    ]
