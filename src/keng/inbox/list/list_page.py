"""The inbox: one list by deadline, and beside it the chosen tip."""

import datetime
import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keng.accounts.middleware import SignedInRequest
from keng.inbox.list.bulk_views import until_choices
from keng.inbox.list.fears import afraid_since
from keng.inbox.list.inbox_query import DONE, Inbox, inbox, news, rows_of
from keng.inbox.list.row_view import opens_beside, shown
from keng.inbox.search.search_page import saved_links
from keng.inbox.tip.after_decision import FOLDER
from keng.inbox.tip.alarm_bar import bar_context
from keng.inbox.tip.tip_page import opened_tip, tip_context
from keng.incidents.wave_desk import bar
from keng.intake.by_staff.take_down import may_take_down
from keng.kit import times
from keng.kit.ids import read_id
from keng.language.taxonomy import categories, label
from keng.tips.models import Tip
from keng.tips.toast import undo_context

# An older page has more news than a line can say.
_OLDEST_PAGE = datetime.timedelta(hours=12)


@require_GET
def home(request: SignedInRequest) -> HttpResponse:
    """Whoever works on tips begins with them; where the others begin, site.who_may says."""
    return redirect("inbox")


@require_GET
def show(request: SignedInRequest) -> HttpResponse:
    """The list; with ?tip= and a wide window, that tip beside it."""
    found = inbox(
        request.officer,
        folder=request.GET.get("folder", "open"),
        after=request.GET.get("after", ""),
    )
    if request.session.get(FOLDER, "open") != found.folder:
        request.session[FOLDER] = found.folder
    chosen = _chosen(request)
    beside = chosen.pk if chosen else None
    context: dict[str, Any] = {
        "inbox": found,
        "groups": [(group.label, group.count, shown(group.rows)) for group in found.groups],
        "title": _titles()[found.folder],
        "opens_beside": opens_beside(_address({"folder": found.folder})),
        "news_url": _news_url(found),
        "next_url": _next_url(found),
        "takes_down": may_take_down(request.officer),
        **bar(request.officer),
        **(bar_context(request, shown=beside) if found.counts["alarms"] else {}),
        **undo_context(request),
    }
    if request.officer.full_desk or not found.is_small:
        context |= _grown(request, found)
    if chosen is not None:
        context |= tip_context(request, chosen, place="inbox") | {"chosen": chosen}
    return render(request, "inbox/list/inbox.html", context)


@require_GET
def since(request: SignedInRequest) -> HttpResponse:
    """Asked by the list every 20 seconds: how many tips came in since it was made."""
    try:
        at = datetime.datetime.fromtimestamp(float(request.GET.get("at", "")), datetime.UTC)
        known = [uuid.UUID(text) for text in request.GET.get("known", "").split()]
    except (ValueError, OverflowError, OSError):
        # Nobody asks so but by hand: the list itself has the answer.
        return redirect("inbox")
    at = max(at, times.now() - _OLDEST_PAGE)
    found = news(request.officer, at, known)
    found["afraid"] = afraid_since(rows_of(request.officer), at)
    if not (found["new"] or found["afraid"]):
        # Nothing is put into the page, so nothing is read out again.
        return HttpResponse(status=204)
    here = _address({"folder": request.GET.get("folder", "open")})
    return render(request, "inbox/list/news.html", {"news": found, "here": here})


def _grown(request: SignedInRequest, found: Inbox) -> dict[str, Any]:
    """What a desk needs once it has more tips than fit one look."""
    language = get_language() or "vi"
    return {
        "folders": _folders(found),
        "saved": saved_links(request),
        "chooses": found.folder != DONE,
        "until_choices": until_choices(),
        "categories": [(code, label(code, language)) for code in categories()],
    }


def _chosen(request: SignedInRequest) -> Tip | None:
    """The tip named in the address; one that is not visible is as if it were not named."""
    tip_id = read_id(request.GET.get("tip", ""))
    return opened_tip(request, tip_id) if tip_id else None


def _titles() -> dict[str, str]:
    return {
        "open": _("All open"),
        "mine": _("Mine"),
        "unassigned": _("Nobody's yet"),
        "overdue": _("Overdue"),
        "waiting": _("Reporter is waiting"),
        "asked": _("Waiting for the reporter"),
        "aside": _("Set aside"),
        DONE: _("Done today"),
    }


def _folders(found: Inbox) -> list[dict[str, Any]]:
    return [
        {
            "label": title,
            "count": found.counts[code],
            "current": code == found.folder,
            "url": _address({"folder": code}),
        }
        for code, title in _titles().items()
    ]


def _next_url(found: Inbox) -> str:
    if not found.next_cursor:
        return ""
    return _address({"folder": found.folder, "after": found.next_cursor})


def _news_url(found: Inbox) -> str:
    query = {"folder": found.folder, "at": f"{found.at.timestamp():.3f}"}
    if found.known:
        query["known"] = " ".join(str(pk) for pk in found.known)
    return f"{reverse('inbox-news')}?{urlencode(query)}"


def _address(query: dict[str, str]) -> str:
    """The inbox; its usual folder needs no name."""
    said = {name: value for name, value in query.items() if (name, value) != ("folder", "open")}
    return f"{reverse('inbox')}?{urlencode(said)}" if said else reverse("inbox")
