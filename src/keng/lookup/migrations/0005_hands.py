"""Everybody who proposed a number since it was last public: none of them is its second person."""

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lookup', '0004_files_of_disputes'),
        ('places', '0003_landmark'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='listing',
            name='hands',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddConstraint(
            model_name='listing',
            constraint=models.CheckConstraint(condition=models.Q(('hands__contains', [models.F('checked_by')]), _negated=True), name='listing_is_checked_by_nobody_with_a_hand_in_it'),
        ),
    ]
