"""Money just sent that somebody took on stays within two hours, not by tomorrow."""

import datetime

from django.db import migrations

_FROM = datetime.date(2025, 7, 1)
_CODE = "HOLD_MONEY"


def add(apps, schema_editor):
    apps.get_model("tips", "ClockRule").objects.get_or_create(
        code=_CODE,
        valid_from=_FROM,
        defaults={
            "name": "Ask the bank to hold the money",
            "limit": 2,
            "limit_unit": "hour",
            "is_house_rule": True,
            "basis": "Money just sent, from when somebody took it on",
        },
    )


def remove(apps, schema_editor):
    apps.get_model("tips", "ClockRule").objects.filter(code=_CODE, valid_from=_FROM).delete()


class Migration(migrations.Migration):
    dependencies = [("tips", "0078_open_tally")]

    operations = [migrations.RunPython(add, remove)]
