"""Whoever guesses waits, counted in memory by name and network: no row locks an account."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0011_hands_from_the_record'),
    ]

    operations = [
        migrations.RemoveField(model_name='officer', name='failed_signins'),
        migrations.RemoveField(model_name='officer', name='locked_until'),
        migrations.RemoveField(model_name='partnermember', name='failed_signins'),
        migrations.RemoveField(model_name='partnermember', name='locked_until'),
    ]
