"""After a decision: the next tip opens, with an undo if there is one; or why nothing was done."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from keng.accounts.middleware import SignedInRequest
from keng.inbox.list.cursors import ListPosition, cursor_after, position_of_cursor, position_of_row
from keng.inbox.list.inbox_query import next_tip_after
from keng.tips.models import Decision, Tip
from keng.tips.toast import show_toast

# The folder that the officer works through: the next tip comes from it.
FOLDER_KEY = "folder"
# Where the page of it begins that the officer has before them; nothing for the first one.
_PAGE_START_KEY = "page"
# Where the tip that the officer is at stood when it was opened.
_POSITION_KEY = "position"


def note_list_page(request: SignedInRequest, folder: str, after: str) -> None:
    """The officer looks at this page of this folder: decisions come back to it."""
    for key, value, usual in ((FOLDER_KEY, folder, "open"), (_PAGE_START_KEY, after, "")):
        if request.session.get(key, usual) != value:
            request.session[key] = value


def list_url(request: SignedInRequest, tip_id: uuid.UUID | None = None) -> str:
    """The address of the page of the list that the officer was at, with a tip beside it."""
    folder = request.session.get(FOLDER_KEY, "open")
    query = {} if folder == "open" else {"folder": folder}
    if after := request.session.get(_PAGE_START_KEY, ""):
        query["after"] = after
    if tip_id:
        query["tip"] = str(tip_id)
    return f"{reverse('inbox')}?{urlencode(query)}" if query else reverse("inbox")


def note_position(request: SignedInRequest, tip: Tip) -> None:
    """The tip is opened: read, taken on and sorted it will sink below rows that nobody has seen."""
    kept = position_of_cursor(request.session.get(_POSITION_KEY, ""))
    if kept is None or kept.tip_id != tip.pk:
        request.session[_POSITION_KEY] = cursor_after(tip)


def position_when_opened(request: SignedInRequest, tip: Tip) -> ListPosition | None:
    """Where the tip stood in the list when the officer opened it, whatever was decided since."""
    kept = position_of_cursor(request.session.get(_POSITION_KEY, ""))
    return kept if kept is not None and kept.tip_id == tip.pk else position_of_row(tip)


def forget_position(request: SignedInRequest) -> None:
    """No tip is open beside the list any more."""
    if _POSITION_KEY in request.session:
        del request.session[_POSITION_KEY]


def list_url_as_it_was(request: SignedInRequest, *, to_next: bool = False) -> str:
    """After a decision on several: the list with the tip that was open beside it, if one was.

    Where that ended, or with `to_next`, with the one that follows it.
    """
    position = position_of_cursor(request.session.get(_POSITION_KEY, ""))
    if position is None:
        return list_url(request)
    visible = Tip.objects.visible_to(request.officer).open()
    if not to_next and visible.filter(pk=position.tip_id).exists():
        return list_url(request, position.tip_id)
    folder = request.session.get(FOLDER_KEY, "open")
    following = next_tip_after(request.officer, position, folder)
    return list_url(request, following.pk if following else None)


def redirect_to_next_tip(
    request: SignedInRequest, tip: Tip, words: str, undo: Decision | None = None
) -> HttpResponse:
    """Say what was done and open the row that stands now where the decided one stood."""
    fields = {"decision": str(undo.pk), "secret": undo.secret} if undo else {}
    show_toast(request, words, *(("decision-undo", fields) if undo else ()))
    folder = request.session.get(FOLDER_KEY, "open")
    following = next_tip_after(request.officer, position_when_opened(request, tip), folder)
    if request.POST.get("from") == "inbox":
        return redirect(list_url(request, following.pk if following else None))
    return redirect("tip", pk=following.pk) if following else redirect("inbox")


def redirect_to_same_tip(
    request: SignedInRequest, tip_id: uuid.UUID, words: str, *undo: Any
) -> HttpResponse:
    """Say what was done and stay with the tip."""
    show_toast(request, words, *undo)
    return back_to_tip(request, tip_id)


def back_to_tip(request: SignedInRequest, tip_id: uuid.UUID) -> HttpResponse:
    """Where the key was pressed: beside the list, or on the tip's own page."""
    if request.POST.get("from") == "inbox":
        return redirect(list_url(request, tip_id))
    return redirect("tip", pk=tip_id)
