"""What a desk says to everybody is let out by a second person: who wrote it, who let it out, when."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('community', '0004_the_public_site_only_objects'),
        ('places', '0003_landmark'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='meeting',
            name='hands',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='meeting',
            name='let_out_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='meeting',
            name='let_out_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='officialchannel',
            name='doubted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='officialchannel',
            name='doubted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='officialchannel',
            name='ended_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='officialchannel',
            name='hands',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='officialchannel',
            name='let_out_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='officialchannel',
            name='let_out_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='question',
            name='handed_in_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='question',
            name='hands',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddConstraint(
            model_name='meeting',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('hands__contains', [models.F('let_out_by')]), _negated=True), models.Q(('let_out_by', models.F('announced_by')), _negated=True)), name='meeting_is_let_out_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='officialchannel',
            constraint=models.CheckConstraint(condition=models.Q(('hands__contains', [models.F('let_out_by')]), _negated=True), name='channel_is_let_out_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='officialchannel',
            constraint=models.CheckConstraint(condition=models.Q(('ended_by', models.F('doubted_by')), _negated=True), name='channel_is_taken_off_by_a_second_person'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), ('wish', 'public'), _negated=True), models.Q(('hands__contains', [models.F('decided_by')]), _negated=True), _connector='OR'), name='public_answer_is_let_out_by_a_second_person'),
        ),
    ]
