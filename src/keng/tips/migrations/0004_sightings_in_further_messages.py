"""An indicator may stand in a further message instead of the tip's own text."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('lookup', '0001_initial'),
        ('tips', '0003_seed_clock_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='sighting',
            name='sighting_is_recorded_once',
        ),
        migrations.AddField(
            model_name='sighting',
            name='message',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sightings', to='tips.dialoguemessage'),
        ),
        migrations.AddConstraint(
            model_name='sighting',
            constraint=models.UniqueConstraint(fields=('tip', 'message', 'indicator', 'start'), name='sighting_is_recorded_once', nulls_distinct=False),
        ),
    ]
