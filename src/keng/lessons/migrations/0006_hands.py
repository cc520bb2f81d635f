"""Everybody who wrote any text since the last published one: none of them publishes the next."""

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lessons', '0005_partners_write_for_themselves'),
        ('places', '0003_landmark'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='hands',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='edition',
            name='hands',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='firsthour',
            name='hands',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('hands__contains', [models.F('published_by')]), _negated=True), name='campaign_is_published_by_nobody_with_a_hand_in_it'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.CheckConstraint(condition=models.Q(('hands__contains', [models.F('published_by')]), _negated=True), name='edition_is_published_by_nobody_with_a_hand_in_it'),
        ),
        migrations.AddConstraint(
            model_name='firsthour',
            constraint=models.CheckConstraint(condition=models.Q(('hands__contains', [models.F('published_by')]), _negated=True), name='firsthour_is_published_by_nobody_with_a_hand_in_it'),
        ),
    ]
