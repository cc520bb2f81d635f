"""Thanks to groups, and which reports each of them counts."""

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.datetime
import keng.kit.ids
from django.conf import settings
from django.db import migrations, models

from keng.releases.triggers import hands_only_grow


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('delivery', '0049_told_what_was_asked_for'),
        ('places', '0004_households_of_a_hamlet'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='GroupThanks',
            fields=[
                ('id', models.UUIDField(default=keng.kit.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('hands', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None)),
                ('submitted_at', models.DateTimeField(null=True)),
                ('returned_reason', models.TextField(db_default='', default='')),
                ('released_at', models.DateTimeField(null=True)),
                ('digest', models.BinaryField(max_length=32, null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('category', models.CharField(max_length=30)),
                ('group_ids', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None)),
                ('since', models.DateField()),
                ('report_count', models.PositiveIntegerField()),
                ('refused_refs', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None)),
                ('text', models.TextField()),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('dispatch', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='delivery.dispatch')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
                ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unit')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='CountedTip',
            fields=[
                ('tip_ref', models.UUIDField(primary_key=True, serialize=False)),
                ('thanks', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='counted', to='thanks.groupthanks')),
                ('is_copy', models.BooleanField(db_default=False, default=False)),
            ],
        ),
        migrations.AddConstraint(
            model_name='groupthanks',
            constraint=models.CheckConstraint(condition=models.Q(('hands__contains', [models.F('released_by')]), _negated=True), name='groupthanks_is_released_by_nobody_with_a_hand_in_it'),
        ),
        migrations.AddConstraint(
            model_name='groupthanks',
            constraint=models.CheckConstraint(condition=models.Q(('released_by', None), ('released_at__isnull', False), _connector='OR'), name='groupthanks_released_has_its_moment'),
        ),
        migrations.AddConstraint(
            model_name='groupthanks',
            constraint=models.CheckConstraint(condition=models.Q(('report_count__gte', 5)), name='thanks_stand_on_five_reports'),
        ),
        migrations.AddConstraint(
            model_name='groupthanks',
            constraint=models.CheckConstraint(condition=models.Q(('group_ids', []), _negated=True), name='thanks_go_to_somebody'),
        ),
        hands_only_grow("thanks_groupthanks"),
    ]
