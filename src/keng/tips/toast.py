"""A toast on the next page of the desk, with an undo button if there is something to take back."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse

from keng.kit import times
from keng.tips.messages import ANSWER_HELD_FOR

_UNDO = "undo"


def show_toast(
    request: HttpRequest,
    words: str,
    undo_name: str = "",
    fields: dict[str, str] | None = None,
    *,
    held_for: datetime.timedelta = ANSWER_HELD_FOR,
) -> None:
    """A toast on the next page, with an undo button if there is something to take back.

    `held_for` is for how long a secret among the fields opens anything.
    """
    messages.success(request, words)
    if undo_name:
        # A key opens nothing any more once the answer has left (keng.tips.models.pending_ending).
        until = (times.now() + held_for).timestamp() if "secret" in (fields or {}) else None
        request.session[_UNDO] = {
            "url": reverse(undo_name),
            "fields": fields or {},
            "until": until,
        }


def undo_context(request: HttpRequest) -> dict[str, Any]:
    """The undo of the last toast, for the page that shows it, once."""
    forget_old_key(request)
    if _UNDO not in request.session:
        return {}
    undo = request.session.pop(_UNDO)
    return {"undo_url": undo["url"], "undo_fields": undo["fields"]}


def forget_old_key(request: HttpRequest) -> None:
    """No page came for it in time: what would have undone an ending leaves the session."""
    until = request.session.get(_UNDO, {}).get("until")
    if until is not None and until <= times.now().timestamp():
        del request.session[_UNDO]
