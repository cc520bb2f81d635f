"""Indexes, made beside writers: fears and reporters' messages by time, running clocks by tip."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tips", "0099_identities_sent_on")]

    operations = [
        AddIndexConcurrently(
            model_name="tip",
            index=models.Index(
                fields=["feared_at"],
                condition=models.Q(feared_at__isnull=False),
                name="tip_feared_when",
            ),
        ),
        AddIndexConcurrently(
            model_name="dialoguemessage",
            index=models.Index(
                fields=["at"],
                condition=models.Q(author="reporter"),
                name="reporter_wrote_when",
            ),
        ),
        AddIndexConcurrently(
            model_name="clock",
            index=models.Index(
                fields=["tip", "due_at"],
                include=["rule_code"],
                condition=models.Q(stopped_at__isnull=True),
                name="clock_running_of_tip",
            ),
        ),
    ]
