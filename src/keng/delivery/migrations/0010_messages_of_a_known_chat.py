"""Messages whose chat is still known are found by their tip: there are only those of open tips."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0009_houses_told")]
    operations = [
        migrations.AddIndex(
            model_name="inbound",
            index=models.Index(
                condition=models.Q(("conversation_hash__isnull", False)),
                fields=["tip_ref"],
                name="inbound_of_a_known_chat",
            ),
        ),
    ]
