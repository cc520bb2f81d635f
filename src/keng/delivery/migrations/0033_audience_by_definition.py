"""The audience of a dispatch as it was approved, so that the worker makes the rows from it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('delivery', '0032_words_of_no_tip_go'),
    ]

    operations = [
        migrations.CreateModel(
            name='DispatchAudience',
            fields=[
                ('dispatch', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='audience', serialize=False, to='delivery.dispatch')),
                ('definition', models.JSONField()),
            ],
        ),
        migrations.AddField(
            model_name='approval',
            name='people',
            field=models.PositiveIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='dispatch',
            name='earlier_ended_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='dispatch',
            name='expires_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='dispatch',
            name='held_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='dispatch',
            name='held_people',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='dispatch',
            name='left_out',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField(
            model_name='dispatch',
            name='let_go_people',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddIndex(
            model_name='dispatch',
            index=models.Index(condition=models.Q(('cancelled_at__isnull', True), ('materialised_at__isnull', True)), fields=['id'], name='dispatch_to_materialise'),
        ),
        migrations.AddConstraint(
            model_name='dispatch',
            constraint=models.CheckConstraint(condition=models.Q(('held_at__isnull', True), ('materialised_at__isnull', True), _connector='OR'), name='held_dispatch_has_no_rows'),
        ),
    ]
