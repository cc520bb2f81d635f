"""Everybody who wrote any of a survey or of its result: none of them lets it out."""

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_wrong_codes_at_an_open_desk'),
        ('places', '0003_landmark'),
        ('surveys', '0004_result_by_two'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='survey',
            name='hands',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='survey',
            name='outcome_hands',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='survey',
            name='result_hands',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=models.CheckConstraint(condition=models.Q(('hands__contains', [models.F('approved_by')]), _negated=True), name='survey_is_approved_by_nobody_with_a_hand_in_it'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=models.CheckConstraint(condition=models.Q(('outcome_hands__contains', [models.F('released_by')]), _negated=True), name='survey_result_is_released_by_nobody_with_a_hand_in_it'),
        ),
    ]
