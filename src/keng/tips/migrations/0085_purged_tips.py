"""Tips of which the period is over: since when only the counted row is there."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tips', '0084_legal_hold'),
    ]

    operations = [
        migrations.AddField(
            model_name='tip',
            name='purged_at',
            field=models.DateTimeField(null=True),
        ),
    ]
