"""Chats at a provider are compared with what came in: since when, up to when, with what result."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0052_reminders_asked_for")]

    operations = [
        migrations.AddField(
            "channelaccount", name, models.DateTimeField(blank=True, null=True)
        )
        for name in ("history_asked_at", "history_known_until", "history_fetched_at")
    ]
