"""The house rules that run from the first day."""

import datetime

from django.db import migrations

_FROM = datetime.date(2025, 7, 1)
_RULES = [
    ("CLASSIFY_HOUSE", "Sort", 24, "hour", "The 24 hours that bind investigators, kept here as well"),
    ("URGENT_NOW", "Look at once", 0, "minute", "Danger that is happening now"),
    ("LOOK_P1", "Look", 1, "hour", "Urgency P1"),
    ("FOLLOW_HOUSE", "Finish or hand over", 7, "day", "From the day it was sorted"),
]


def add(apps, schema_editor):
    rules = apps.get_model("tips", "ClockRule")
    for code, name, limit, unit, basis in _RULES:
        rules.objects.get_or_create(
            code=code,
            valid_from=_FROM,
            defaults={
                "name": name, "limit": limit, "limit_unit": unit, "is_house_rule": True,
                "basis": basis,
            },
        )


def remove(apps, schema_editor):
    codes = [rule[0] for rule in _RULES]
    apps.get_model("tips", "ClockRule").objects.filter(code__in=codes, valid_from=_FROM).delete()


class Migration(migrations.Migration):
    dependencies = [("tips", "0002_add_message_visible_at")]

    operations = [migrations.RunPython(add, remove)]
