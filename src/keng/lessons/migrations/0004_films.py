"""Short films, and which edition of a lesson has one."""

import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lessons', '0003_first_hour'),
        ('places', '0002_unit_has_no_night_watch'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Film',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('title', models.CharField(max_length=80)),
                ('captions', models.JSONField(default=dict)),
                ('words', models.JSONField(default=dict)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('state', models.CharField(choices=[('waiting', 'Waiting for the worker'), ('working', 'Being prepared'), ('ready', 'Ready'), ('refused', 'Cannot be used')], db_default='waiting', default='waiting', max_length=8)),
                ('problem', models.CharField(blank=True, choices=[('no_film', 'This is no film: use MP4, MOV or WebM.'), ('broken', 'The file is damaged or cut short. Save it anew and upload it again.'), ('too_long', 'The film is longer than three minutes. Cut it shorter.'), ('too_wide', 'The picture is too large. Save it with at most 2160 lines.'), ('too_slow', 'Preparing it took too long. Save it in a simpler format.')], db_default='', default='', max_length=8)),
                ('percent', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('leased_until', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('seconds', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('size', models.PositiveIntegerField(db_default=0, default=0)),
                ('width', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('height', models.PositiveSmallIntegerField(db_default=0, default=0)),
                ('sha256', models.BinaryField(db_default=b'', default=b'', max_length=32)),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
        ),
        migrations.AddField(
            model_name='edition',
            name='film',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='lessons.film'),
        ),
        migrations.AddConstraint(
            model_name='film',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'ready'), _negated=True), models.Q(('seconds__gt', 0), ('size__gt', 0)), _connector='OR'), name='film_that_is_ready_can_be_played'),
        ),
    ]
