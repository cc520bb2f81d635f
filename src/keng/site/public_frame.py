"""The frame of the public pages: whose site it is, and where its links lead."""

import time
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from keng.delivery.ways_to_receive import can_subscribe
from keng.kit.languages import UNREVIEWED_LANGUAGES
from keng.places.models import Place, Unit
from keng.places.serving import first_province_unit

_KEPT_SECONDS = 60.0
_kept: dict[str, tuple[float, tuple[str, str, bool]]] = {}


def public_frame(request: HttpRequest) -> dict[str, object]:
    """Names and links for base_public.html."""
    operator, place, is_subscribing = _whose()
    menu = [
        ("warnings", _("Warnings")),
        ("lookup", _("Look up a strange number")),
        ("claims", _("Checked rumours")),
        ("status", _("See a tip I sent")),
    ]
    further = [
        ("lessons", _("Learn")),
        ("first-hour", _("I just sent money")),
        ("surveys", _("Surveys")),
        ("official-channels", _("Official channels")),
        ("partners", _("Partners")),
        ("verify", _("Check a warning's code")),
    ]
    foot = [
        *menu,
        *further[:2],
        ("report", _("Send a tip")),
        *further[2:],
        # Where no way is set up, nobody is led to a page that says so.
        *([("subscribe", _("Get warnings"))] if is_subscribing else []),
        ("results", _("What came of the reports")),
        ("machine", _("What the machine suggests")),
        ("opening-numbers", _("What was opened by two officers")),
        ("abroad", _("Abroad, or a foreigner here")),
        ("privacy", _("What we keep")),
    ]
    return {
        "site_name": place,
        "operator_name": operator,
        "site_address": urlsplit(settings.PUBLIC_URL).netloc,
        "public_nav": _links(menu, request.path),
        "public_more": _links(further, request.path),
        "foot_nav": _links(foot, request.path),
        "privacy_url": reverse("privacy"),
        "untranslated": getattr(request, "untranslated", ""),
        "awaits_reader": get_language() in UNREVIEWED_LANGUAGES,
        "subscribe_url": reverse("subscribe") if is_subscribing else "",
    }


def forget_names() -> None:
    """Have them asked for by the next page."""
    _kept.clear()


def _links(pages: list[tuple[str, str]], path: str) -> list[dict[str, object]]:
    found = [(reverse(name), label) for name, label in pages]
    return [{"url": url, "label": label, "current": path.startswith(url)} for url, label in found]


def _whose() -> tuple[str, str, bool]:
    """The operating unit, the province's name, and whether warnings can be sent to residents.

    Asked once a minute, not for every page.
    """
    until, names = _kept.get("names", (0.0, ("", "", False)))
    if until > time.monotonic():
        return names
    try:
        unit = first_province_unit()
    except Unit.DoesNotExist:
        return "", "", False
    place = Place.objects.filter(code=unit.province_code, kind=Place.Kind.PROVINCE).first()
    names = (unit.name, place.full_name if place else "", can_subscribe())
    _kept["names"] = (time.monotonic() + _KEPT_SECONDS, names)
    return names
