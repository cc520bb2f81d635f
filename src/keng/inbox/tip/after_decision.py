"""After a decision: the next tip opens, with an undo if there is one; or why nothing was done."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from keng.accounts.middleware import SignedInRequest
from keng.inbox.list.cursors import PageStart, cursor_after, page_start_of, place_of_row
from keng.inbox.list.inbox_query import next_tip_after
from keng.tips.models import Decision, Tip
from keng.tips.toast import show_toast

# The folder that the officer works through: the next tip comes from it.
FOLDER_KEY = "folder"
# Where the tip that the officer is at stood when it was opened.
_PLACE_KEY = "place"


def list_url(folder: str, tip: Tip | None) -> str:
    """The address of the list with this tip beside it."""
    chosen = {"tip": str(tip.pk)} if tip else {}
    query = ({} if folder == "open" else {"folder": folder}) | chosen
    return f"{reverse('inbox')}?{urlencode(query)}" if query else reverse("inbox")


def note_place(request: SignedInRequest, tip: Tip) -> None:
    """The tip is opened: read, taken on and sorted it will sink below rows that nobody has seen."""
    kept = page_start_of(request.session.get(_PLACE_KEY, ""))
    if kept is None or kept.last != tip.pk:
        request.session[_PLACE_KEY] = cursor_after(tip)


def _place_when_opened(request: SignedInRequest, tip: Tip) -> PageStart | None:
    kept = page_start_of(request.session.get(_PLACE_KEY, ""))
    return kept if kept is not None and kept.last == tip.pk else place_of_row(tip)


def redirect_to_next_tip(
    request: SignedInRequest, tip: Tip, words: str, undo: Decision | None = None
) -> HttpResponse:
    """Say what was done and open the row that stands now where the decided one stood."""
    fields = {"decision": str(undo.pk), "secret": undo.secret} if undo else {}
    show_toast(request, words, *(("decision-undo", fields) if undo else ()))
    folder = request.session.get(FOLDER_KEY, "open")
    following = next_tip_after(request.officer, _place_when_opened(request, tip), folder)
    if request.POST.get("from") == "inbox":
        return redirect(list_url(folder, following))
    return redirect("tip", pk=following.pk) if following else redirect("inbox")


def redirect_to_same_tip(
    request: SignedInRequest, tip_id: uuid.UUID, words: str, *undo: Any
) -> HttpResponse:
    """Say what was done and stay with the tip."""
    show_toast(request, words, *undo)
    if request.POST.get("from") == "inbox":
        return redirect(f"{reverse('inbox')}?tip={tip_id}")
    return redirect("tip", pk=tip_id)
