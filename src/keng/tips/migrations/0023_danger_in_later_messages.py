"""Danger in a later message calls people again, whatever became of the tip before."""

from django.db import migrations, models

_RINGING = models.Q(
    ("danger_unheard", True),
    models.Q(
        ("assigned_to__isnull", True),
        ("urgency", "P0"),
        models.Q(("state__in", ["closed", "duplicate"]), _negated=True),
    ),
    _connector="OR",
)


class Migration(migrations.Migration):
    dependencies = [("tips", "0022_urgency_rated_before")]

    operations = [
        migrations.AddField(
            model_name="tip", name="danger_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="tip",
            name="danger_unheard",
            field=models.BooleanField(db_default=False, default=False),
        ),
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
                    "danger_at",
                ],
                name="tip_inbox",
            ),
        ),
        migrations.RemoveIndex(model_name="tip", name="tip_unheard"),
        migrations.AddIndex(
            model_name="tip",
            index=models.Index(
                condition=_RINGING, fields=["responsible_unit", "id"], name="tip_unheard"
            ),
        ),
        migrations.RemoveIndex(model_name="tip", name="tip_ringing"),
        migrations.AddIndex(
            model_name="tip",
            index=models.Index(condition=_RINGING, fields=["id"], name="tip_ringing"),
        ),
    ]
