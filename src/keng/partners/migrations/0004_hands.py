"""Every member who wrote any of a text or handed it in: none of them publishes it."""

import django.contrib.postgres.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_wrong_codes_at_an_open_desk'),
        ('claims', '0005_hands'),
        ('lessons', '0006_hands'),
        ('partners', '0003_waiting_people_are_no_second_person'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='article',
            name='hands',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='manuscript',
            name='hands',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.CheckConstraint(condition=models.Q(('hands__contains', [models.F('released_by')]), _negated=True), name='article_is_published_by_nobody_with_a_hand_in_it'),
        ),
        migrations.AddConstraint(
            model_name='manuscript',
            constraint=models.CheckConstraint(condition=models.Q(('hands__contains', [models.F('released_by')]), _negated=True), name='manuscript_is_published_by_nobody_with_a_hand_in_it'),
        ),
    ]
