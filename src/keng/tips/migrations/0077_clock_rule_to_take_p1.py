"""An urgent tip that was looked at is taken on or sorted within an hour, not by tomorrow."""

import datetime

from django.db import migrations

_FROM = datetime.date(2025, 7, 1)
_CODE = "TAKE_P1"


def add(apps, schema_editor):
    apps.get_model("tips", "ClockRule").objects.get_or_create(
        code=_CODE,
        valid_from=_FROM,
        defaults={
            "name": "Take on or sort",
            "limit": 1,
            "limit_unit": "hour",
            "is_house_rule": True,
            "basis": "Urgency P1, from when somebody looked",
        },
    )


def remove(apps, schema_editor):
    apps.get_model("tips", "ClockRule").objects.filter(code=_CODE, valid_from=_FROM).delete()


class Migration(migrations.Migration):
    dependencies = [("tips", "0076_chats_of_a_batch_at_once")]

    operations = [migrations.RunPython(add, remove)]
