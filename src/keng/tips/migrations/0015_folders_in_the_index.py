from django.db import migrations, models


class Migration(migrations.Migration):
    """An index with more in it takes the place of the one of that name; the red bar gets its own."""

    dependencies = [
        ("tips", "0014_who_stood_down"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="tip", name="tip_inbox"),
        migrations.AddIndex(
            model_name="tip",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["responsible_unit", "due_at", "id"],
                include=[
                    "state",
                    "urgency",
                    "assigned_to",
                    "first_answered_at",
                    "waiting_since",
                    "set_aside_until",
                ],
                name="tip_inbox",
            ),
        ),
        migrations.AddIndex(
            model_name="tip",
            index=models.Index(
                condition=models.Q(
                    ("assigned_to__isnull", True),
                    ("urgency", "P0"),
                    models.Q(("state", "closed"), _negated=True),
                ),
                fields=["responsible_unit", "id"],
                name="tip_unheard",
            ),
        ),
    ]
