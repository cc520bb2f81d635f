"""Who changed a survey last and who handed it in, beside who wrote it: none of them approves it."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_choose_own_password'),
        ('surveys', '0002_chats'),
    ]

    operations = [
        migrations.AddField(
            model_name='survey',
            name='changed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.officer'),
        ),
        migrations.AddField(
            model_name='survey',
            name='submitted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.officer'),
        ),
        migrations.AddConstraint(
            model_name='survey',
            constraint=models.CheckConstraint(
                condition=~Q(approved_by=F('changed_by')) & ~Q(approved_by=F('submitted_by')),
                name='survey_is_not_approved_by_who_handed_it_in',
            ),
        ),
    ]
