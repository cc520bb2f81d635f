"""How long each data request may take: Decree 356/2025, art. 5."""

import datetime

from django.db import migrations

_FROM = datetime.date(2026, 1, 1)
_BASIS = "Decree 356/2025/NĐ-CP art. 5"
# Code, what it is for, how many, of what.
_RULES = (
    ("DSR_REPLY", "Confirm a data request", 2, "working_day"),
    ("DSR_ACCESS", "Let somebody see or correct their data", 10, "day"),
    ("DSR_STOP", "Restrict the use of data, or answer an objection", 15, "day"),
    ("DSR_ERASE", "Delete data", 20, "day"),
)


def add(apps, schema_editor):
    rules = apps.get_model("tips", "ClockRule").objects
    for code, name, limit, unit in _RULES:
        values = {
            "name": name,
            "limit": limit,
            "limit_unit": unit,
            "is_house_rule": False,
            "basis": _BASIS,
        }
        rules.get_or_create(code=code, valid_from=_FROM, defaults=values)


def remove(apps, schema_editor):
    codes = [rule[0] for rule in _RULES]
    apps.get_model("tips", "ClockRule").objects.filter(code__in=codes, valid_from=_FROM).delete()


class Migration(migrations.Migration):
    dependencies = [("data_requests", "0001_initial"), ("tips", "0087_files_as_evidence")]

    operations = [migrations.RunPython(add, remove)]
