"""An officer's own sessions: where one is signed in, and ending that."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keng.accounts import sessions
from keng.accounts.devices import device_words, session_words
from keng.accounts.forms import ALL_OTHER_SESSIONS, EndSessionForm
from keng.accounts.models import DeskSession
from keng.accounts.presence import is_present


@require_GET
def my_sessions(request: HttpRequest) -> HttpResponse:
    """Every browser in which the officer is signed in, this one first."""
    return _list_page(request, EndSessionForm(others=_other_choices(request)))


@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """End one or all others. What is no live session of this officer's cannot be chosen."""
    form = EndSessionForm(request.POST, others=_other_choices(request))
    if not form.is_valid() or not is_present(request.officer, form):
        return _list_page(request, form)
    chosen = form.cleaned_data["session"]
    if chosen == ALL_OTHER_SESSIONS:
        sessions.end_other_sessions(this=request.session.session_key or "", by=request.officer)
        messages.success(request, _("You are signed in here alone now."))
    elif sessions.end_own_session(chosen, by=request.officer):
        messages.success(request, _("That session is ended."))
    else:
        messages.info(request, _("That session was over already."))
    return redirect("my-sessions")


def _list_page(request: HttpRequest, form: EndSessionForm) -> HttpResponse:
    this = _this_key(request)
    shown = [
        {
            "row": row,
            "is_this": row.session_key == this,
            "device": device_words(row.device),
            # Kept to five minutes, so it may lie before the beginning.
            "seen_at": max(row.seen_at, row.began_at),
        }
        for row in sorted(_own(request), key=lambda row: row.session_key != this)
    ]
    context = {"sessions": shown, "form": form}
    status = 422 if form.errors else 200
    return render(request, "accounts/desk/my_sessions.html", context, status=status)


def _other_choices(request: HttpRequest) -> list[tuple[str, str]]:
    this = _this_key(request)
    return [
        (row.session_key, session_words(row.device, row.began_at))
        for row in _own(request)
        if row.session_key != this
    ]


def _own(request: HttpRequest) -> list[DeskSession]:
    return list(sessions.live_sessions(request.officer))


def _this_key(request: HttpRequest) -> str:
    return sessions.row_key(request.session.session_key or "")
