"""The inbox: one list by deadline, and beside it the chosen tip."""

import datetime
import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keng.accounts.middleware import SignedInRequest
from keng.inbox.list.bulk_views import put_off_choices
from keng.inbox.list.cursors import position_of_cursor
from keng.inbox.list.fears import count_afraid_since
from keng.inbox.list.inbox_query import (
    DONE_FOLDER,
    InboxPage,
    count_news,
    inbox_page,
    news_begin,
    open_rows_of,
    own_row_of,
)
from keng.inbox.list.kept_position import (
    is_before,
    is_on_later_page,
    keep_row_in_position,
    row_of_tip,
)
from keng.inbox.list.neighbours import cursor_before
from keng.inbox.list.row_view import beside_url_start, next_tip_views, row_views
from keng.inbox.search.search_page import saved_links
from keng.inbox.tip.after_decision import (
    forget_position,
    list_url,
    note_list_page,
    note_position,
    position_when_opened,
)
from keng.inbox.tip.alarm_bar import alarm_bar_context
from keng.inbox.tip.tip_page import opened_tip, tip_context
from keng.incidents.wave_desk import wave_bar_context
from keng.intake.by_staff.take_down import may_take_down
from keng.kit import times
from keng.kit.ids import read_id
from keng.language.category_names import category_choices
from keng.language.taxonomy import categories
from keng.tips.models import Tip
from keng.tips.toast import undo_context

# An older page has more news than a line can say.
_OLDEST_PAGE = datetime.timedelta(hours=12)
# Set once the list had folders in this session.
_FOLDERS_KEY = "has_folders"


@require_GET
def desk_home(request: SignedInRequest) -> HttpResponse:
    """Whoever works on tips begins with them; where the others begin, site.who_may says."""
    return redirect("inbox")


@require_GET
def inbox(request: SignedInRequest) -> HttpResponse:
    """The list; with ?tip= and a wide window, that tip beside it."""
    chosen = _chosen_tip(request)
    found, after = _page_of_list(request, chosen)
    note_list_page(request, found.folder, after)
    beside = chosen.pk if chosen else None
    context: dict[str, Any] = {
        "inbox": found,
        "groups": [
            (group.code, group.label, group.count, row_views(group.rows)) for group in found.groups
        ],
        "title": _folder_titles()[found.folder],
        "opens_beside": beside_url_start(list_url(request)),
        "chooses": found.folder != DONE_FOLDER,
        "until_choices": put_off_choices(),
        "categories": category_choices(categories()),
        "news_url": _news_url(found),
        "next_url": _next_url(found),
        "takes_down": may_take_down(request.officer),
        **wave_bar_context(request.officer),
        **(alarm_bar_context(request, shown=beside) if found.counts["alarms"] else {}),
        **undo_context(request),
    }
    if _has_folders(request, found, beside):
        context |= {"folders": _folder_links(found), "saved": saved_links(request)}
    if chosen is None:
        if not request.htmx:
            forget_position(request)
        context["next_tips"] = next_tip_views(found.groups)
    else:
        context |= tip_context(request, chosen, place="inbox") | {"chosen": chosen}
    return render(request, "inbox/list/inbox.html", context)


@require_GET
def inbox_news(request: SignedInRequest) -> HttpResponse:
    """Asked by the list when something came in (changes.js): how many since it was made."""
    try:
        at = datetime.datetime.fromtimestamp(float(request.GET.get("at", "")), datetime.UTC)
        known = [uuid.UUID(text) for text in request.GET.get("known", "").split()]
    except (ValueError, OverflowError, OSError):
        # Nobody asks so but by hand: the list itself has the answer.
        return redirect("inbox")
    at = max(at, times.now() - _OLDEST_PAGE)
    found = count_news(request.officer, at, known)
    found["afraid"] = count_afraid_since(open_rows_of(request.officer), at)
    if not (found["new"] or found["afraid"]):
        # Nothing is put into the page, so nothing is read out again.
        return HttpResponse(status=204)
    here = _inbox_url({"folder": request.GET.get("folder", "open")})
    return render(request, "inbox/list/news.html", {"news": found, "here": here})


def _page_of_list(request: SignedInRequest, chosen: Tip | None) -> tuple[InboxPage, str]:
    """The page that was asked for, or the one on which the chosen tip was opened, and its cursor.

    The chosen tip's row stays where it was opened.
    """
    officer, folder = request.officer, request.GET.get("folder", "open")
    after = request.GET.get("after", "")
    start = position_of_cursor(after)
    after = after if start else ""
    found = inbox_page(officer, folder=folder, after=after)
    if chosen is None:
        return found, after
    note_position(request, chosen)
    position = position_when_opened(request, chosen)
    if position is None or found.folder == DONE_FOLDER:
        return found, after
    if start and is_before(position, start):
        # The decision on the last one of a folder begins again with its first.
        after = ""
        found = inbox_page(officer, folder=folder)
    elif is_on_later_page(found, position):
        after = found.next_cursor
        found = inbox_page(officer, folder=folder, after=after)
        if is_on_later_page(found, position):
            # Far down, from a search or a link: it stands first, before the rows that follow it.
            after = cursor_before(officer, position)
            found = inbox_page(officer, folder=folder, after=after)
    row = row_of_tip(found, chosen) or own_row_of(officer, chosen)
    return (keep_row_in_position(found, row, position) if row else found), after


def _has_folders(request: SignedInRequest, found: InboxPage, beside: uuid.UUID | None) -> bool:
    """A desk with more tips than fit one look has folders.

    They never come while a tip is open, and never go before the officer signs out.
    """
    has_them = request.officer.full_desk or request.session.get(_FOLDERS_KEY, False)
    if not has_them and not found.is_small and beside is None:
        has_them = request.session[_FOLDERS_KEY] = True
    return bool(has_them)


def _chosen_tip(request: SignedInRequest) -> Tip | None:
    """The tip named in the address; one that is not visible is as if it were not named."""
    tip_id = read_id(request.GET.get("tip", ""))
    return opened_tip(request, tip_id) if tip_id else None


def _folder_titles() -> dict[str, str]:
    return {
        "open": _("All open"),
        "mine": _("Mine"),
        "unassigned": _("Nobody's yet"),
        "overdue": _("Overdue"),
        "waiting": _("Reporter is waiting"),
        "asked": _("Waiting for the reporter"),
        "aside": _("Set aside"),
        DONE_FOLDER: _("Done today"),
    }


def _folder_links(found: InboxPage) -> list[dict[str, Any]]:
    return [
        {
            "label": title,
            "count": found.counts[code],
            "current": code == found.folder,
            "url": _inbox_url({"folder": code}),
        }
        for code, title in _folder_titles().items()
    ]


def _next_url(found: InboxPage) -> str:
    if not found.next_cursor:
        return ""
    return _inbox_url({"folder": found.folder, "after": found.next_cursor})


def _news_url(found: InboxPage) -> str:
    at, known = news_begin(found.at, found.known)
    query = {"folder": found.folder, "at": f"{at.timestamp():.3f}"}
    if known:
        query["known"] = " ".join(str(pk) for pk in known)
    return f"{reverse('inbox-news')}?{urlencode(query)}"


def _inbox_url(query: dict[str, str]) -> str:
    """The inbox; its usual folder needs no name."""
    said = {name: value for name, value in query.items() if (name, value) != ("folder", "open")}
    return f"{reverse('inbox')}?{urlencode(said)}" if said else reverse("inbox")
