"""What somebody asks of the data about them, and what was decided."""

import django.db.models.deletion
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('places', '0003_landmark'),
        ('tips', '0087_files_as_evidence'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DataRequest',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.coarse_id, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=16, unique=True)),
                ('kind', models.CharField(choices=[('see', 'To see what is kept about me'), ('correct', 'To correct it'), ('delete', 'To delete it'), ('restrict', 'To have it used less'), ('object', 'To object to how it is used')], max_length=8)),
                ('words', models.TextField(blank=True, default='')),
                ('about_number', models.CharField(blank=True, default='', max_length=40)),
                ('asked_at', models.DateTimeField()),
                ('reply_by', models.DateTimeField()),
                ('decide_by', models.DateTimeField()),
                ('acknowledged_at', models.DateTimeField(null=True)),
                ('extended_at', models.DateTimeField(null=True)),
                ('extension_reason', models.CharField(blank=True, db_default='', default='', max_length=500)),
                ('desk_asked_at', models.DateTimeField(null=True)),
                ('desk_words', models.TextField(blank=True, default='')),
                ('desk_said_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(blank=True, choices=[('done', 'Done'), ('partly', 'Done in part'), ('refused', 'Refused')], db_default='', default='', max_length=7)),
                ('ground', models.CharField(blank=True, choices=[('deletion', 'Law 91/2025 art. 14(2): deletion may be refused where data are kept under art. 19'), ('no_consent', 'Law 91/2025 art. 19: kept without consent, for life, health or a task of the State'), ('secrecy', 'Joint Circular 01/2017 art. 4(5): who reports is kept secret'), ('unknown', 'Nothing shows that the data are about whoever asks')], db_default='', default='', max_length=10)),
                ('answer', models.TextField(blank=True, db_default='', default='')),
                ('decided_at', models.DateTimeField(null=True)),
                ('settled_at', models.DateTimeField(null=True)),
                ('acknowledged_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agreed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('desk_said_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('desk_tip', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tips.tip')),
                ('tip', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tips.tip')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['unit', 'decide_by'], name='data_request_open')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('decided_by__isnull', True), ('outcome', '')), models.Q(('decided_at__isnull', False), ('decided_by__isnull', False), models.Q(('outcome', ''), _negated=True)), _connector='OR'), name='data_request_is_decided_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'refused'), _negated=True), models.Q(('ground', ''), _negated=True), _connector='OR'), name='data_request_is_refused_for_a_reason'), models.CheckConstraint(condition=models.Q(('settled_at__isnull', True), models.Q(('decided_at__isnull', False), models.Q(models.Q(('kind', 'delete'), ('outcome', 'done'), ('tip__isnull', False), _negated=True), models.Q(('agreed_by__isnull', False), models.Q(('agreed_by', models.F('decided_by')), _negated=True)), _connector='OR')), _connector='OR'), name='erasure_takes_two_people'), models.UniqueConstraint(condition=models.Q(('settled_at__isnull', True), ('tip__isnull', False)), fields=('tip', 'kind'), name='tip_has_one_open_data_request_of_a_kind')],
            },
        ),
    ]
