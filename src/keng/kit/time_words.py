"""How the screens say times, deadlines and numbers, in Vietnamese and in English."""

import math
from datetime import date, datetime, timedelta

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keng.kit.times import VIETNAM, now

DUE_SOON = timedelta(hours=2)
_MINUTE, _MOMENT = timedelta(minutes=1), timedelta(seconds=1)
_SECONDS_MATTER = 180

_DAYS_VI = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_DAYS_EN = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
)
_DAYS_ZH = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
_DAYS_KO = ("월요일", "화요일", "수요일", "목요일", "금요일", "토요일", "일요일")
_SHORT_VI = ("T2", "T3", "T4", "T5", "T6", "T7", "CN")
_SHORT_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAYS = {
    "vi": (_DAYS_VI, _SHORT_VI),
    "zh-hans": (_DAYS_ZH, _DAYS_ZH),
    "ko": (_DAYS_KO, _DAYS_KO),
}
# Where the year comes first: month, day of the year, day of a year.
_YEAR_FIRST = {
    "zh-hans": ("{year}年{month}月", "{month}月{day}日", "{year}年{month}月{day}日"),
    "ko": ("{year}년 {month}월", "{month}월 {day}일", "{year}년 {month}월 {day}일"),
}
_DAY_FIRST = ("{month}/{year}", "{day}/{month}", "{day}/{month}/{year}")


def _language() -> str:
    return translation.get_language() or "vi"


def _is_vietnamese() -> bool:
    return _language().startswith("vi")


def _in_figures(day: date, style: int) -> str:
    pattern = _YEAR_FIRST.get(_language(), _DAY_FIRST)[style]
    return pattern.format(year=day.year, month=day.month, day=day.day)


def month_words(day: date) -> str:
    """The month of a day: 11/2026, or with the year first where readers have it so."""
    return _in_figures(day, 0)


def day_words(day: date) -> str:
    """A day of a year: 24/11/2026, or with the year first."""
    return _in_figures(day, 2)


def weekday_words(moment: datetime, *, short: bool = False) -> str:
    """The day of the week in Vietnam: "thứ Tư", or "T4" on the desk."""
    whole, brief = _DAYS.get(_language(), (_DAYS_EN, _SHORT_EN))
    return (brief if short else whole)[moment.astimezone(VIETNAM).weekday()]


def moment_words(moment: datetime, style: str = "full") -> str:
    """A moment in words; style is full, short, clock, day or date."""
    local = moment.astimezone(VIETNAM)
    clock = f"{local:%H:%M}"
    day, whole = _in_figures(local, 1), _in_figures(local, 2)
    if _language() in _YEAR_FIRST:
        forms = {
            "full": f"{whole} {weekday_words(moment)} {clock}",
            "short": f"{day} {clock}",
            "day": f"{day} {weekday_words(moment)}",
        }
    else:
        forms = {
            "full": f"{clock}, {weekday_words(moment)} {whole}",
            "short": f"{clock}, {day}",
            "day": f"{weekday_words(moment)} {day}",
        }
    return (forms | {"clock": clock, "date": whole})[style]


def span_words(span: timedelta) -> str:
    """A length of time, two units at most: "38 phút", "1 giờ 12 phút", "3 ngày"."""
    minutes = max(0, int(span.total_seconds()) // 60)
    if minutes < 60:
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        if not rest:
            return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    days = hours // 24
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


def brief_span_words(span: timedelta) -> str:
    """A length of time of which seconds matter while it is short: "71 giây", then "12 phút"."""
    seconds = math.ceil(max(0.0, span.total_seconds()))
    if seconds >= _SECONDS_MATTER:
        return span_words(span)
    return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}


def deadline_state(due: datetime, at: datetime | None = None) -> str:
    """ "danger" once passed, "warn" in the last two hours, else "": only these two are coloured."""
    left = due - (at or now())
    if left < timedelta(0):
        return "danger"
    return "warn" if left <= DUE_SOON else ""


def due_words(due: datetime) -> str:
    """A deadline written out, as the receipt promises it and the desk is held to it.

    A clock that counts in days ends when the last of them is over: midnight names that day.
    """
    if _ends_a_day(due):
        return _("by the end of %(day)s") % {"day": moment_words(due - _MOMENT, "day")}
    words = {"clock": moment_words(due, "clock"), "day": moment_words(due, "day")}
    return _("before %(clock)s %(day)s") % words


def deadline_words(due: datetime, at: datetime | None = None, *, in_full: bool = False) -> str:
    """A deadline as the desk says it: how late, how long, or when.

    `in_full` where there is room for the day: "T3" beside P0 and P3 is taken for a level.
    """
    at = at or now()
    left = due - at
    if abs(left) < _MINUTE:
        return _("due now")
    if left < timedelta(0):
        return _("%(span)s late") % {"span": span_words(-left)}
    if left <= DUE_SOON:
        return _("%(span)s left") % {"span": span_words(left)}
    if _ends_a_day(due):
        return _("end of %(day)s") % {"day": _day_within(due - _MOMENT, at, short=not in_full)}
    local, today = due.astimezone(VIETNAM), at.astimezone(VIETNAM)
    if local.date() == today.date():
        return f"{local:%H:%M}"
    if left < timedelta(days=7):
        if in_full:
            words = {"clock": moment_words(due, "clock"), "day": weekday_words(due)}
            return _("before %(clock)s %(day)s") % words
        return f"{weekday_words(due, short=True)} {local:%H:%M}"
    return f"{local.day}/{local.month}"


def _ends_a_day(due: datetime) -> bool:
    return f"{due.astimezone(VIETNAM):%H:%M}" == "00:00"


def _day_within(moment: datetime, at: datetime, *, short: bool) -> str:
    """The day of the week within one, else the date."""
    if moment - at < timedelta(days=6):
        return weekday_words(moment, short=short)
    local = moment.astimezone(VIETNAM)
    return f"{local.day}/{local.month}"


def grouped_number(number: int) -> str:
    """3.012 in Vietnamese, 3,012 in English."""
    grouped = f"{number:,}"
    return grouped.replace(",", ".") if _is_vietnamese() else grouped


def number_of_tenths(tenths: int) -> str:
    """1.012,5 in Vietnamese, 1,012.5 in English, of 10125."""
    whole, tenth = divmod(tenths, 10)
    return f"{grouped_number(whole)}{',' if _is_vietnamese() else '.'}{tenth}"
