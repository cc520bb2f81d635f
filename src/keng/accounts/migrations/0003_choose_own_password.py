"""Whoever signs in with a password that somebody else saw chooses another first."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_rota'),
    ]

    operations = [
        migrations.AddField(
            model_name='officer',
            name='must_choose_password',
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
