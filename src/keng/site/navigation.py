"""The tabs of the desk: three by default, more for those whose role needs them."""

from typing import TYPE_CHECKING, Any, cast

from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.accounts.queries import is_at_province
from keng.accounts.who import LEADING, WORKING
from keng.claims.rights import checks_claims
from keng.site.who_may import may_open
from keng.surveys.rights import has_surveys
from keng.waiting.counts import counts_by_page, may_be_waited_for

if TYPE_CHECKING:
    from collections import Counter

# Further pages of a tab, at addresses of their own.
_BELOW = {"groups": ("leads", "establishments", "hamlets", "coverage", "subscriptions")}
# Off at a commune: the province runs them.
_OF_THE_PROVINCE = {"desk-lessons"}


def waiting_counts(officer: Officer) -> "Counter[str]":
    """How much waits at each page: asked once, and only when a menu is drawn."""
    counts: Any = SimpleLazyObject(lambda: counts_by_page(officer))
    return cast("Counter[str]", counts)


def desk_tabs(officer: Officer, path: str, counts: "Counter[str]") -> list[dict[str, object]]:
    """Label, address, whether it is the current one and how much waits there, for this officer."""
    tabs = [
        ("inbox", "g i", _("Tips")),
        ("warnings", "g w", _("Warnings")),
        ("groups", "g n", _("Groups")),
        ("desk-lessons", "", _("Lessons")),
        ("audit", "", _("Audit")),
    ]
    if not WORKING.includes(officer):
        tabs.append(("officers", "", _("Officers")))
    if LEADING.includes(officer) or not WORKING.includes(officer):
        # Whoever is on duty finds them at their address.
        tabs.insert(4, ("dashboard", "", _("Figures")))
    if checks_claims(officer):
        tabs.insert(3, ("desk-claims", "", _("Claim checks")))
    if has_surveys(officer):
        tabs.insert(3, ("desk-surveys", "", _("Surveys")))
    if may_be_waited_for(officer):
        tabs.insert(1, ("waiting", "g v", _("Waits for you")))
    found = []
    for name, key, label in tabs:
        if not may_open(officer, name):
            continue
        if name in _OF_THE_PROVINCE and not is_at_province(officer):
            continue
        url = reverse(name)
        found.append(
            {
                "url": url,
                "key": key,
                "label": label,
                "current": path.startswith((url, *map(reverse, _BELOW.get(name, ())))),
            }
        )
        found[-1]["count"] = _count_at(name, counts)
    return found


def _count_at(name: str, counts: "Counter[str]") -> object:
    """Of the page of this name; of everything for the page that has everything."""
    if name == "waiting":
        return SimpleLazyObject(counts.total)
    # The number of tips is in the folders of their list.
    return 0 if name == "inbox" else SimpleLazyObject(lambda: counts[name])


def desk_menu(officer: Officer, counts: "Counter[str]") -> list[dict[str, object]]:
    """Further pages, in the officer's menu: what stands on the public pages of the own desk."""
    entries = [
        ("questions", "question", _("Questions")),
        ("listings", "search", _("Public look-up")),
        ("meetings", "group", _("Meetings")),
        ("thanks-list", "check-round", _("Thanks to groups")),
        ("model-offers", "share", _("Models to copy")),
        ("desk-channels", "globe", _("Official channels")),
        ("desk-partners", "share", _("Partners")),
        ("officer-requests", "user", _("Requests about officers")),
        ("named-officers", "lock", _("Named officers")),
        ("break-ins", "lock", _("Opened in an emergency")),
        ("key-holders", "key", _("Who holds keys for opening")),
        ("channel-accounts", "send", _("Channel accounts")),
        ("data-requests", "question", _("Data requests")),
        ("retention", "clock", _("For how long tips are kept")),
        ("imports", "doc", _("Earlier records")),
        ("breaches", "alert", _("Data incidents")),
        ("processing-register", "doc", _("Register of processing")),
    ]
    return [
        {"url": reverse(name), "icon": icon, "label": text, "count": _count_at(name, counts)}
        for name, icon, text in entries
        if may_open(officer, name)
    ]
