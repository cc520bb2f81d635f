"""Indicators are looked for in what the dialogue holds, whichever way it came in."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tips', '0004_sightings_in_further_messages'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='dialoguemessage',
            name='examined_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name='dialoguemessage',
            index=models.Index(condition=models.Q(('author', 'reporter'), ('examined_at__isnull', True)), fields=['id'], name='message_to_examine'),
        ),
    ]
