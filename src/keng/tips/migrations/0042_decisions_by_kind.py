"""Decisions of one kind in a span are found without reading all that was ever decided."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tips", "0041_withdrawn_tips")]

    operations = [
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["kind", "at"], name="decision_by_kind"),
        ),
    ]
