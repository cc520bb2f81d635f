"""Conversations with an address, found without reading those that have none any more."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0017_settled_row_forgets_the_person")]

    operations = [
        migrations.AddIndex(
            model_name="conversation",
            index=models.Index(
                condition=models.Q(("reply_address_sealed", b""), _negated=True),
                fields=["tip_ref"],
                name="conversation_to_answer",
            ),
        ),
    ]
