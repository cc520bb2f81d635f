"""Deadlines: hours never pause, days end at midnight, an open tip always has one."""

import datetime

import pytest

from keng.kit import times
from keng.places.models import Holiday
from keng.tips import deadlines
from keng.tips.models import ClockRule
from tests import make

pytestmark = pytest.mark.django_db
# A Wednesday morning in Vietnam.
WEDNESDAY = datetime.datetime(2026, 11, 25, 9, 0, tzinfo=times.VIETNAM)


def rule(limit, unit):
    return ClockRule(code="X", limit=limit, limit_unit=unit)


def test_hours_run_through_nights_and_holidays():
    Holiday.objects.create(on="2026-11-26", name="Nghỉ", kind="public")
    assert deadlines.due_by_rule(rule(24, "hour"), WEDNESDAY) == WEDNESDAY + datetime.timedelta(
        hours=24
    )


def test_days_end_at_midnight_and_the_first_day_does_not_count():
    end = deadlines.due_by_rule(rule(1, "day"), WEDNESDAY)
    assert end == datetime.datetime(2026, 11, 27, 0, 0, tzinfo=times.VIETNAM)


@pytest.mark.parametrize(
    ("days", "last"), [(3, "2026-11-30"), (4, "2026-11-30"), (2, "2026-11-27")]
)
def test_a_last_day_on_a_weekend_moves_to_monday(days, last):
    end = deadlines.due_by_rule(rule(days, "day"), WEDNESDAY)
    assert end == times.start_of(datetime.date.fromisoformat(last) + datetime.timedelta(days=1))


def test_a_last_day_on_a_holiday_moves_on_and_a_worked_saturday_counts():
    Holiday.objects.create(on="2026-11-27", name="Nghỉ bù", kind="compensatory")
    Holiday.objects.create(on="2026-11-28", name="Làm bù", kind="working_saturday")
    end = deadlines.due_by_rule(rule(2, "day"), WEDNESDAY)
    assert end == times.start_of(datetime.date(2026, 11, 29))


def test_a_rule_counts_in_the_version_of_its_day():
    ClockRule.objects.create(
        code="CLASSIFY_HOUSE", name="Sort", limit=12, limit_unit="hour", valid_from="2026-12-01"
    )
    assert deadlines.clock_rule_in_force("CLASSIFY_HOUSE", datetime.date(2026, 11, 30)).limit == 24
    assert deadlines.clock_rule_in_force("CLASSIFY_HOUSE", datetime.date(2026, 12, 1)).limit == 12


def test_an_open_tip_without_a_running_clock_gets_the_one_to_finish_it():
    tip = make.tip(unit=make.unit())
    deadlines.stop_clocks(tip)
    deadlines.set_due_at(tip)
    assert tip.clocks.get(stopped_at__isnull=True).rule_code == deadlines.FINISH_CLOCK
    assert tip.due_at > times.now()


def test_the_nearest_deadline_stands_on_the_tip():
    tip = make.tip(unit=make.unit())
    soon = times.now() + datetime.timedelta(minutes=5)
    make.clock(tip, rule_code=deadlines.LOOK_CLOCK, due_at=soon)
    deadlines.set_due_at(tip)
    assert tip.due_at == soon
