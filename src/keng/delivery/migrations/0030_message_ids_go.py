"""By which id the provider knows a message to a reporter is found, to be forgotten."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0021_edge_says_arrived_of_what_was_sent")]

    operations = [
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(
                    ("recipient_kind", "conversation"),
                    models.Q(("provider_id", ""), _negated=True),
                ),
                fields=["settled_at"],
                name="delivery_known_to_provider",
            ),
        ),
    ]
