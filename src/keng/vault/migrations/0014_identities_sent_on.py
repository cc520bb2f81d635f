"""A request for an opening may go along with a transfer: resealed, and shown to nobody.

And by what the key is known that opens what other installations send.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0013_hold_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='openingrequest',
            name='transfer_ref',
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='installation',
            name='transfer_key',
            field=models.BinaryField(max_length=32, null=True),
        ),
    ]
