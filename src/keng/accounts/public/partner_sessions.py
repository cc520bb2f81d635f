"""A member's own sessions: where one is signed in for a partner, and ending that."""

import datetime
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts import partner_signing
from keng.accounts.devices import device_words, session_words
from keng.accounts.forms import ALL_OTHER_SESSIONS, EndSessionForm
from keng.accounts.models import PartnerSession
from keng.accounts.public.partner_presence import has_shown_code


@require_http_methods(["GET", "HEAD"])
def partner_sessions(request: HttpRequest) -> HttpResponse:
    """Every browser in which the member is signed in, this one first."""
    return _list_page(request, EndSessionForm(others=_other_choices(request)))


@require_POST
def partner_session_end(request: HttpRequest) -> HttpResponse:
    """End one or all others. What is no live session of this member's cannot be chosen."""
    form = EndSessionForm(request.POST, others=_other_choices(request))
    if not form.is_valid() or not has_shown_code(request, form):
        return _list_page(request, form)
    chosen = form.cleaned_data["session"]
    if chosen == ALL_OTHER_SESSIONS:
        token = partner_signing.token_of_request(request)
        partner_signing.end_other_member_sessions(this=token, by=request.member)
    else:
        partner_signing.end_member_session(uuid.UUID(chosen), by=request.member)
    return redirect("partner-sessions")


def _list_page(request: HttpRequest, form: EndSessionForm) -> HttpResponse:
    this = _this_id(request)
    shown = [
        {
            "is_this": row.pk == this,
            "device": device_words(row.device),
            "began_at": _began_at(row),
        }
        for row in sorted(_own(request), key=lambda row: row.pk != this)
    ]
    context = {"partner": request.member.partner, "sessions": shown, "form": form}
    status = 422 if form.errors else 200
    return render(request, "accounts/partner/sessions.html", context, status=status)


def _other_choices(request: HttpRequest) -> list[tuple[str, str]]:
    this = _this_id(request)
    return [
        (str(row.pk), session_words(row.device, _began_at(row)))
        for row in _own(request)
        if row.pk != this
    ]


def _own(request: HttpRequest) -> list[PartnerSession]:
    return list(partner_signing.live_member_sessions(request.member))


def _this_id(request: HttpRequest) -> uuid.UUID | None:
    return partner_signing.session_of_token(partner_signing.token_of_request(request))


def _began_at(row: PartnerSession) -> datetime.datetime:
    """It lasts as long from the sign-in on as every one does."""
    return row.expires_at - partner_signing.PARTNER_SIGNED_IN_FOR
