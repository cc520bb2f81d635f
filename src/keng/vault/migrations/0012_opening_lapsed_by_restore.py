"""A request for an opening that a restore brought back has ended, and by nobody's hand."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0011_divided_custodians")]

    operations = [
        migrations.AddField(
            "openingrequest",
            "is_lapsed_by_restore",
            models.BooleanField(db_default=False, default=False),
        ),
    ]
