"""A partner says that what corrects a warning, or takes it back, stands where it passed it on."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('partners', '0008_released'),
    ]

    operations = [
        migrations.AddField(
            model_name='kitshare',
            name='set_right_at',
            field=models.DateTimeField(null=True),
        ),
    ]
