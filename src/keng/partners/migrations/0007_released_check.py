"""A claim of a partner is asked after under the new name of a column of its revision."""

from django.db import migrations

from keng.releases.triggers import rename_in_functions


class Migration(migrations.Migration):
    dependencies = [
        ("partners", "0006_published_as_handed_in"),
        ("claims", "0007_released"),
    ]

    operations = [
        rename_in_functions({"r.published_at": "r.released_at"}, "partners_ask_text"),
    ]
