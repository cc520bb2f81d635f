"""An officer who is called can answer that they are coming."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tips', '0090_restriction'),
    ]

    operations = [
        migrations.AddField(
            model_name='alarmcall',
            name='answered_at',
            field=models.DateTimeField(null=True),
        ),
    ]
