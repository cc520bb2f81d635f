"""Which acts and officers occur in a chain is found by indexes, made beside writers."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("audit", "0042_transfers")]

    operations = [
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(fields=["chain", "action"], name="audit_actions_of_chain"),
        ),
        AddIndexConcurrently(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("actor_kind", "officer")),
                fields=["chain", "actor_id"],
                name="audit_officers_of_chain",
            ),
        ),
    ]
