"""Whether many answers had come from the network of one: told apart in the result."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('surveys', '0005_hands'),
    ]

    operations = [
        migrations.AddField(
            model_name='answer',
            name='crowded',
            field=models.BooleanField(default=False),
        ),
    ]
