"""Whoever made the sign-in of a partner's member is not that partner's second person."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_partners'),
    ]

    operations = [
        migrations.AddField(
            model_name='partnermember',
            name='made_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='partnermember',
            name='made_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.officer'),
        ),
    ]
