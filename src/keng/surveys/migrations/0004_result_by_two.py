"""A result is handed in by one officer and released by another; its last change has a date."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_choose_own_password'),
        ('surveys', '0003_hands'),
    ]

    operations = [
        migrations.AddField(model_name='survey', name='proposal', field=models.JSONField(db_default={}, default=dict)),
        migrations.AddField(model_name='survey', name='proposed_by', field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.officer')),
        migrations.AddField(model_name='survey', name='outcome_by', field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.officer')),
        migrations.AddField(model_name='survey', name='released_by', field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.officer')),
        migrations.AddField(model_name='survey', name='outcome_changed_at', field=models.DateTimeField(null=True)),
        migrations.AddConstraint(
            model_name='survey',
            constraint=models.CheckConstraint(
                condition=~Q(released_by=F('outcome_by')),
                name='survey_result_is_released_by_a_second_person',
            ),
        ),
    ]
