"""The tabs of the desk: three by default, more for those whose role needs them."""

import datetime
import uuid
from types import SimpleNamespace
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet, Value
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from keng.accounts.models import Officer
from keng.accounts.queries import is_at_province
from keng.accounts.who import LEADING, RELEASING, WORKING
from keng.claims.queries import count_waiting_for
from keng.claims.rights import checks_claims
from keng.community.models import Meeting, OfficialChannel, Question
from keng.kit import times
from keng.kit.compiled_queries import CompiledQuery
from keng.lookup_pages.evidence import waiting_listings
from keng.partners.queries import count_waiting_at_desk as waiting_count_of_partners
from keng.site.who_may import may_open
from keng.surveys.rights import has_surveys
from keng.warnings.waiting_count import count_waiting_warnings

# Further pages of a tab, at addresses of their own.
_BELOW = {"groups": ("leads", "establishments", "coverage", "subscriptions")}
# Off at a commune: the province runs them.
_OF_THE_PROVINCE = {"desk-lessons"}


def desk_tabs(officer: Officer, path: str) -> list[dict[str, object]]:
    """Label, address and whether it is the current one, for this officer."""
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
        if name == "warnings":
            # Counted when a menu is drawn, not for each piece of a page.
            found[-1]["count"] = SimpleLazyObject(lambda: _waiting(officer))
        if name == "desk-claims":
            found[-1]["count"] = SimpleLazyObject(lambda: _claims(officer))
    return found


def _claims(officer: Officer) -> int:
    return 0 if connection.needs_rollback else count_waiting_for(officer)


def desk_menu(officer: Officer) -> list[dict[str, object]]:
    """Further pages, in the officer's menu: what stands on the public pages of the own desk."""
    entries = [
        ("questions", "question", _("Questions")),
        ("listings", "search", _("Public look-up")),
        ("meetings", "group", _("Meetings")),
        ("desk-channels", "globe", _("Official channels")),
    ]
    found: list[dict[str, object]] = [
        {"url": reverse(name), "icon": icon, "label": text} for name, icon, text in entries
    ]
    counts: Any = SimpleLazyObject(lambda: _in_the_menu(officer))
    for item, (name, _icon, _text) in zip(found, entries, strict=True):
        item["count"] = _count_in_the_menu(counts, name)
    found = [
        item
        for item, (name, _icon, _text) in zip(found, entries, strict=True)
        if may_open(officer, name)
    ]
    if may_open(officer, "desk-partners"):
        found.append({"url": reverse("desk-partners"), "icon": "share", "label": _("Partners")})
        found[-1]["count"] = SimpleLazyObject(lambda: _of_partners(officer))
    if may_open(officer, "officer-requests"):
        found.append(
            {
                "url": reverse("officer-requests"),
                "icon": "user",
                "label": _("Requests about officers"),
            }
        )
    return found


def _count_in_the_menu(counts: Any, name: str) -> Any:
    return SimpleLazyObject(lambda: counts.get(name, 0))


def _of_partners(officer: Officer) -> int:
    return 0 if connection.needs_rollback else waiting_count_of_partners(officer)


def _in_the_menu(officer: Officer) -> dict[str, int]:
    """What waits, by the name of its page: one question for a menu that stands on every page."""
    if connection.needs_rollback or not officer.unit_ids:
        return {}
    today = times.start_of(times.local_date(times.now()))
    found = _MENU.fetch_rows(
        RELEASING.includes(officer),
        units=sorted(officer.unit_ids),
        officer=officer.pk,
        today=today,
    )
    return dict(found)


def _menu(
    lets_out: bool, *, units: list[uuid.UUID], officer: uuid.UUID, today: datetime.datetime
) -> QuerySet[Any, tuple[str, int]]:
    onlooker: Any = SimpleNamespace(unit_ids=units)
    pages: list[tuple[str, QuerySet[Any]]] = [
        ("questions", Question.objects.visible_to(onlooker).undecided()),
        ("listings", waiting_listings(units, officer)),
    ]
    if lets_out:
        meetings = Meeting.objects.visible_to(onlooker).to_decide(officer, today)
        channels = OfficialChannel.objects.visible_to(onlooker).to_decide(officer)
        pages += [("meetings", meetings), ("desk-channels", channels)]
    first: QuerySet[Any, tuple[str, int]]
    first, *others = (
        rows.order_by()
        .annotate(page=Value(page))
        .values("page")
        .annotate(n=Count("pk"))
        .values_list("page", "n")
        for page, rows in pages
    )
    return first.union(*others, all=True)


_MENU = CompiledQuery(_menu)


def _waiting(officer: Officer) -> int:
    # The page of an error is drawn, too, where the database answers nothing more.
    return 0 if connection.needs_rollback else count_waiting_warnings(officer)
