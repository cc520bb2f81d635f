"""For Vietnamese abroad and for foreigners: the time, whom to call, which languages."""

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_safe

from keng.community.models import OfficialChannel
from keng.delivery.ways_to_receive import chats_to_write_to
from keng.kit import times
from keng.kit.languages import LANGUAGE_NAMES, PAGES_OF_LANGUAGES, UNREVIEWED_LANGUAGES
from keng.places.models import Unit
from keng.places.serving import first_province_unit

# Where most people from here live and work; whoever is elsewhere chooses the nearest of them.
ZONES = {
    "Asia/Seoul": gettext_lazy("South Korea"),
    "Asia/Tokyo": gettext_lazy("Japan"),
    "Asia/Taipei": gettext_lazy("Taiwan"),
    "Asia/Shanghai": gettext_lazy("China"),
    "Asia/Singapore": gettext_lazy("Singapore, Malaysia"),
    "Asia/Bangkok": gettext_lazy("Thailand, Laos, Cambodia"),
    "Asia/Dubai": gettext_lazy("United Arab Emirates"),
    "Europe/Moscow": gettext_lazy("Russia (Moscow)"),
    "Europe/Berlin": gettext_lazy("Germany, France, Poland, Czechia"),
    "Europe/London": gettext_lazy("United Kingdom"),
    "America/New_York": gettext_lazy("United States and Canada, east"),
    "America/Los_Angeles": gettext_lazy("United States and Canada, west"),
    "Australia/Sydney": gettext_lazy("Australia (Sydney)"),
}
# When offices in Vietnam begin and end.
_OFFICE_HOURS = ((7, 30), (11, 30), (13, 30), (17, 0))
_COUNTRY_CODE = "+84"


@dataclass(frozen=True, slots=True)
class TimesBeside:
    """Moments of today in Vietnam beside those of another zone."""

    here: datetime.datetime
    there: datetime.datetime
    difference: str
    office_hours: list[tuple[datetime.datetime, datetime.datetime]]


@dataclass(frozen=True, slots=True)
class LanguageRow:
    """What a language has of the site, and whether a native reader went through it."""

    name: str
    pages: str
    is_read: bool


@require_safe
def abroad(request: HttpRequest) -> HttpResponse:
    """One page; the zone is chosen in its address, which says nothing of anybody."""
    zone = request.GET.get("zone", "")
    chosen = zone if zone in ZONES else ""
    numbers = OfficialChannel.objects.in_use().filter(kind=OfficialChannel.Kind.ABROAD)
    context = {
        "zones": ZONES.items(),
        "chosen": chosen,
        "place_there": ZONES.get(chosen, ""),
        "now": times.now(),
        "beside": times_beside(chosen, times.now()) if chosen else None,
        "numbers": numbers.order_by("country", "id"),
        **_desk(),
        "chats": chats_to_write_to(),
        "languages": [
            LanguageRow(LANGUAGE_NAMES[code], str(pages), is_read=code not in UNREVIEWED_LANGUAGES)
            for code, pages in PAGES_OF_LANGUAGES.items()
        ],
    }
    return render(request, "community/abroad.html", context)


def times_beside(zone: str, now: datetime.datetime) -> TimesBeside:
    """The same moments here and there."""
    there = ZoneInfo(zone)
    today = times.local_date(now)
    hours = [
        datetime.datetime.combine(today, datetime.time(*each), times.VIETNAM)
        for each in _OFFICE_HOURS
    ]
    return TimesBeside(
        now.astimezone(times.VIETNAM),
        now.astimezone(there),
        _difference(now.astimezone(there)),
        [(hour, hour.astimezone(there)) for hour in hours],
    )


def international_number(phone: str) -> str:
    """A Vietnamese number as it is dialled from anywhere: +84 and no 0."""
    digits = phone.strip()
    return f"{_COUNTRY_CODE} {digits[1:]}" if digits.startswith("0") else digits


def _difference(there: datetime.datetime) -> str:
    here = there.astimezone(times.VIETNAM)
    hours = round(((there.utcoffset() or _NO_TIME) - (here.utcoffset() or _NO_TIME)) / _HOUR)
    if hours == 0:
        return _("The same time as in Vietnam.")
    words = (
        ngettext("%(n)d hour ahead of Vietnam.", "%(n)d hours ahead of Vietnam.", hours)
        if hours > 0
        else ngettext("%(n)d hour behind Vietnam.", "%(n)d hours behind Vietnam.", -hours)
    )
    return words % {"n": abs(hours)}


_NO_TIME = datetime.timedelta()
_HOUR = datetime.timedelta(hours=1)


def _desk() -> dict[str, str]:
    try:
        unit = first_province_unit()
    except Unit.DoesNotExist:
        return {}
    phone = international_number(unit.desk_phone) if unit.desk_phone else ""
    return {"desk_name": unit.name, "desk_phone": phone}
