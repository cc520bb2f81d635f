"""What came in for one tip is found without reading everything that ever came in."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0014_called_off_rows_wait_no_more")]

    operations = [
        migrations.AddIndex(
            model_name="inbound",
            index=models.Index(
                fields=["tip_ref"],
                condition=models.Q(tip_ref__isnull=False),
                name="inbound_by_tip",
            ),
        ),
    ]
