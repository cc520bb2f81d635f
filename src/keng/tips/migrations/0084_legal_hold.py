"""Legal holds: what keeps one tip from being destroyed, by two people."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0003_landmark'),
        ('tips', '0083_chat_shows_answers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='decision',
            name='kind',
            field=models.CharField(choices=[('accepted', 'Taken on'), ('duplicate', 'Joined to an incident'), ('routed', 'Passed to another unit'), ('sorted', 'Sorted'), ('rated', 'Value rated'), ('replied', 'Reporter answered'), ('outcome', 'Outcome recorded'), ('closed', 'Closed'), ('reopened', 'Reopened'), ('declined', 'Not a tip, answered'), ('separated', 'Taken out of the incident'), ('set_aside', 'Set aside'), ('suspended', 'Suspended'), ('resumed', 'Taken up again'), ('narrowed', 'Made a matter for named officers'), ('widened', 'Opened to the whole desk'), ('recused', 'An officer has no part in it'), ('rejoined', 'An officer has a part in it again'), ('broken_in', 'Opened in an emergency'), ('hold_asked', 'A legal hold asked for'), ('held', 'Under legal hold'), ('hold_no', 'Legal hold, or its end, refused'), ('unhold_ask', 'The end of the legal hold asked for'), ('unheld', 'Legal hold ended')], max_length=10),
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('ground', models.CharField(choices=[('case', 'A case is being verified or investigated'), ('court', 'A court or the procuracy asked for it'), ('complaint', 'A complaint about how it was handled is open'), ('inspect', 'An inspection looks at it')], max_length=9)),
                ('words', models.CharField(max_length=500)),
                ('began_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('agreed_at', models.DateTimeField(null=True)),
                ('refused_at', models.DateTimeField(null=True)),
                ('end_asked_at', models.DateTimeField(null=True)),
                ('end_words', models.CharField(db_default='', default='', max_length=500)),
                ('ended_at', models.DateTimeField(null=True)),
                ('agreed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('end_asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('refused_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('tip', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='legal_holds', to='tips.tip')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(models.Q(('agreed_at__isnull', True), ('refused_at__isnull', True)), models.Q(('end_asked_at__isnull', False), ('ended_at__isnull', True)), _connector='OR'), fields=['unit'], name='legal_hold_to_decide')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('agreed_at__isnull', True), ('agreed_by__isnull', True)), models.Q(('agreed_at__isnull', False), ('agreed_by__isnull', False), models.Q(('agreed_by', models.F('asked_by')), _negated=True)), _connector='OR'), name='legal_hold_takes_two_people'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_by__isnull', True)), models.Q(('end_asked_by__isnull', False), ('ended_at__isnull', False), ('ended_by__isnull', False), models.Q(('ended_by', models.F('end_asked_by')), _negated=True)), _connector='OR'), name='end_of_a_legal_hold_takes_two_people'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('refused_at__isnull', True)), fields=('tip',), name='tip_has_one_legal_hold')],
            },
        ),
    ]
