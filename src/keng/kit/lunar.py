"""The day of the Vietnamese lunar calendar, as wall calendars print it under each date.

By the rules of Hồ Ngọc Đức (https://www.informatik.uni-leipzig.de/~duc/amlich/), with the series
of Jean Meeus, "Astronomical Algorithms", for the new moon and the sun. A month begins on the day of
the new moon in Vietnam, the solstice of December lies in the eleventh month, and the first month
without a major solar term in a year of thirteen is a leap month. Good from 1900 to 2199.
"""

import datetime
import math
from dataclasses import dataclass
from functools import lru_cache

_VIETNAM = 7 / 24
_MONTH = 29.530588853
_FIRST_NEW_MOON = 2415021.076998695
# Between the ordinal of a date in Python and the number of its Julian day.
_JULIAN = 1721425


@dataclass(frozen=True, slots=True)
class LunarDay:
    """A day of the lunar calendar."""

    day: int
    month: int
    is_leap: bool
    """Of the second of two months with one number."""


def lunar_day(on: datetime.date) -> LunarDay:
    """The lunar day of a date."""
    day = on.toordinal() + _JULIAN
    number = math.floor((day - _FIRST_NEW_MOON) / _MONTH) + 1
    # The moon is up to half a day before or behind the mean by which it is counted.
    while (begins := _new_moon(number)) > day:
        number -= 1
    eleventh = _eleventh_month(on.year)
    before, after = (
        (_eleventh_month(on.year - 1), eleventh)
        if eleventh >= begins
        else (eleventh, _eleventh_month(on.year + 1))
    )
    since = (begins - before) // 29
    month, is_leap = since + 11, False
    if after - before > 365:
        leap = _leap_month(before)
        is_leap = since == leap
        month -= since >= leap
    return LunarDay(day - begins + 1, (month - 1) % 12 + 1, is_leap)


@lru_cache(maxsize=64)
def _new_moon(number: int) -> int:
    """The Julian day, in Vietnam, of a new moon counted from that of 1 January 1900."""
    t = number / 1236.85
    sun = math.radians(359.2242 + 29.10535608 * number - 0.0000333 * t**2 - 0.00000347 * t**3)
    moon = math.radians(306.0253 + 385.81691806 * number + 0.0107306 * t**2 + 0.00001236 * t**3)
    node = math.radians(21.2964 + 390.67050646 * number - 0.0016528 * t**2 - 0.00000239 * t**3)
    mean = (
        2415020.75933
        + 29.53058868 * number
        + 0.0001178 * t**2
        - 0.000000155 * t**3
        + 0.00033 * math.sin(math.radians(166.56 + 132.87 * t - 0.009173 * t**2))
    )
    shift = (
        (0.1734 - 0.000393 * t) * math.sin(sun)
        + 0.0021 * math.sin(2 * sun)
        - 0.4068 * math.sin(moon)
        + 0.0161 * math.sin(2 * moon)
        - 0.0004 * math.sin(3 * moon)
        + 0.0104 * math.sin(2 * node)
        - 0.0051 * math.sin(sun + moon)
        - 0.0074 * math.sin(sun - moon)
        + 0.0004 * math.sin(2 * node + sun)
        - 0.0004 * math.sin(2 * node - sun)
        - 0.0006 * math.sin(2 * node + moon)
        + 0.0010 * math.sin(2 * node - moon)
        + 0.0005 * math.sin(2 * moon + sun)
    )
    earth = -0.000278 + 0.000265 * t + 0.000262 * t**2
    return math.floor(mean + shift - earth + 0.5 + _VIETNAM)


def _solar_term(day: int) -> int:
    """In which twelfth of its way the sun stands when a day begins in Vietnam; 0 from spring on."""
    t = (day - 2451545.5 - _VIETNAM) / 36525
    anomaly = math.radians(357.52910 + 35999.05030 * t - 0.0001559 * t**2 - 0.00000048 * t**3)
    longitude = (
        280.46645
        + 36000.76983 * t
        + 0.0003032 * t**2
        + (1.914600 - 0.004817 * t - 0.000014 * t**2) * math.sin(anomaly)
        + (0.019993 - 0.000101 * t) * math.sin(2 * anomaly)
        + 0.000290 * math.sin(3 * anomaly)
    )
    return math.floor(longitude % 360 / 30)


@lru_cache(maxsize=8)
def _eleventh_month(year: int) -> int:
    """The Julian day on which the lunar month with the solstice of this December begins."""
    last = datetime.date(year, 12, 31).toordinal() + _JULIAN
    number = math.floor((last - 2415021) / _MONTH)
    begins = _new_moon(number)
    return _new_moon(number - 1) if _solar_term(begins) >= 9 else begins


def _leap_month(eleventh: int) -> int:
    """How many months after an eleventh one the leap month of its year of thirteen comes."""
    number = math.floor((eleventh - _FIRST_NEW_MOON) / _MONTH + 0.5)
    terms = [_solar_term(_new_moon(number + at)) for at in range(1, 15)]
    return next(at for at in range(1, 14) if terms[at] == terms[at - 1])
