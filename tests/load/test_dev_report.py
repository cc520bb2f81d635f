"""The report balances on the development tips, each with a fate drawn from a fixed seed."""

import datetime as dt
from random import Random

import pytest

from keng.reports.tests import past
from tests.load.dev_set import dev_tips

pytestmark = pytest.mark.django_db
FATES = (
    ("sort", "rate of_value", "close warned"),
    ("sort", "rate not_of_value", "close unfounded"),
    ("decline procedure",),
    ("sort",),
    (),
    ("sort", "rate of_value", "close solved", "reopen"),
    ("decline not_checkable",),
    ("sort", "rate of_value"),
    ("sort", "rate of_value", "suspend"),
)


def test_the_report_balances_on_the_dev_tips():
    desk, dice = past.Desk(), Random(4)
    first = None
    for number, row in enumerate(dev_tips()):
        day = number % 40 - 8
        if first is not None and dice.random() < 0.2:
            desk.tip(day, f"join {first.pk}", text=row["text"])
            continue
        made = desk.tip(day, *dice.choice(FATES), text=row["text"])
        first = made if made.is_open and not made.duplicate_of_id else first
    signed = desk.draft()
    assert signed.holds
    november = desk.draft("2026-11")
    assert november.holds
    assert past.lines(november)["carried_over"] == len(signed.open_tips)
    assert past.lines(signed)["total"] > 200
    assert past.lines(signed)["suspended"] > 10
    assert desk.ask().until - desk.ask().since == dt.timedelta(days=31)
