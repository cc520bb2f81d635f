"""Wrong codes at an open desk have a count of their own, which nobody outside can drive up."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_who_was_added_is_agreed_to'),
    ]

    operations = [
        migrations.AddField(
            model_name='officer',
            name='failed_presence',
            field=models.SmallIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='officer',
            name='presence_locked_until',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
