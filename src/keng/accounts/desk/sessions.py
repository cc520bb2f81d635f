"""An officer's own sessions: where one is signed in, and ending that."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keng.accounts import sessions
from keng.accounts.devices import device_words


@require_GET
def my_sessions(request: HttpRequest) -> HttpResponse:
    """Every browser in which the officer is signed in, this one first."""
    this = _row_key(request)
    rows = list(sessions.live_sessions(request.officer))
    rows.sort(key=lambda row: row.session_key != this)
    shown = [
        {
            "row": row,
            "is_this": row.session_key == this,
            "device": device_words(row.device),
            # Kept to five minutes, so it may lie before the beginning.
            "seen_at": max(row.seen_at, row.began_at),
        }
        for row in rows
    ]
    return render(request, "accounts/desk/my_sessions.html", {"sessions": shown})


@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """End one. What is no live session of this officer's ends nothing."""
    key = request.POST.get("session", "")
    is_this = key == _row_key(request)
    if sessions.end_own_session(key, by=request.officer):
        messages.success(request, _("That session is ended."))
    else:
        messages.info(request, _("That session was over already."))
    if is_this:
        request.session.flush()
        return redirect("sign-in")
    return redirect("my-sessions")


@require_POST
def sessions_end_others(request: HttpRequest) -> HttpResponse:
    """End all but this one."""
    if sessions.end_other_sessions(this=request.session.session_key or "", by=request.officer):
        messages.success(request, _("You are signed in here alone now."))
    else:
        messages.info(request, _("You were signed in here alone already."))
    return redirect("my-sessions")


def _row_key(request: HttpRequest) -> str:
    return sessions.row_key(request.session.session_key or "")
