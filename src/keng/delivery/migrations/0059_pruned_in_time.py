"""What the worker removes or empties in time is found by indexes, made beside writers."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("delivery", "0058_first_try_of_a_group_request")]

    operations = [
        AddIndexConcurrently(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(
                    ("address_sealed__isnull", False),
                    ("recipient_kind", "subscription"),
                    ("state__in", ["sent", "delivered", "read"]),
                ),
                fields=["settled_at"],
                name="delivery_still_addressed",
            ),
        ),
        AddIndexConcurrently(
            model_name="dedupekey",
            index=models.Index(
                condition=models.Q(("inbound_ref__isnull", True)),
                fields=["at"],
                name="dedupe_long_known",
            ),
        ),
    ]
