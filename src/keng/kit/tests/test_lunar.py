"""The lunar calendar, against days that everybody in Vietnam knows."""

import datetime

import pytest

from keng.kit.lunar import LunarDay, lunar_day

# Official dates of Tết; 1985 and 2007 differ from China's.
TET = [
    "1968-01-29",
    "1985-01-21",
    "2000-02-05",
    "2007-02-17",
    "2020-01-25",
    "2023-01-22",
    "2024-02-10",
    "2025-01-29",
    "2026-02-17",
    "2027-02-06",
    "2030-02-02",
]


@pytest.mark.parametrize("day", TET)
def test_the_year_begins_where_the_country_begins_it(day):
    assert lunar_day(datetime.date.fromisoformat(day)) == LunarDay(1, 1, is_leap=False)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-04-26", LunarDay(10, 3, is_leap=False)),  # the Hùng kings' day
        ("2026-09-25", LunarDay(15, 8, is_leap=False)),  # mid-autumn
        ("2025-07-25", LunarDay(1, 6, is_leap=True)),
        ("2023-03-22", LunarDay(1, 2, is_leap=True)),
        ("2020-05-23", LunarDay(1, 4, is_leap=True)),
        ("2026-11-29", LunarDay(21, 10, is_leap=False)),
    ],
)
def test_known_days(day, expected):
    assert lunar_day(datetime.date.fromisoformat(day)) == expected


def test_days_follow_one_another_without_a_hole():
    day = datetime.date(2000, 1, 1)
    before = lunar_day(day)
    for _ in range(365 * 60):
        day += datetime.timedelta(days=1)
        now = lunar_day(day)
        assert now.day == before.day + 1 or (now.day == 1 and before.day in {29, 30})
        before = now
