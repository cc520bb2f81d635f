"""Public halves of hybrid pairs are longer; the rows of before stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0004_keys_of_this_database")]

    operations = [
        migrations.AlterField(name, "public_key", models.BinaryField(max_length=1216))
        for name in ("unitkey", "senderkey", "workerkey")
    ]
