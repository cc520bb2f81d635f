"""Which browser may still see the code of what it sent, and until when."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0025_tip_meant_for_unit_at")]

    operations = [
        migrations.CreateModel(
            name="ShownCode",
            fields=[
                (
                    "hash",
                    models.BinaryField(max_length=32, primary_key=True, serialize=False),
                ),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
