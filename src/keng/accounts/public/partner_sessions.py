"""A member's own sessions: where one is signed in for a partner, and ending that."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts import partner_signing
from keng.accounts.devices import device_words


@require_http_methods(["GET", "HEAD"])
def partner_sessions(request: HttpRequest) -> HttpResponse:
    """Every browser in which the member is signed in, this one first."""
    this = partner_signing.session_of_token(partner_signing.token_of_request(request))
    rows = sorted(
        partner_signing.live_member_sessions(request.member), key=lambda row: row.pk != this
    )
    shown = [
        {
            "row": row,
            "is_this": row.pk == this,
            "device": device_words(row.device),
            # It lasts as long from the sign-in on as every one does.
            "began_at": row.expires_at - partner_signing.PARTNER_SIGNED_IN_FOR,
        }
        for row in rows
    ]
    context = {"partner": request.member.partner, "sessions": shown}
    return render(request, "accounts/partner/sessions.html", context)


@require_POST
def partner_session_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End one. What is no live session of this member's ends nothing."""
    partner_signing.end_member_session(pk, by=request.member)
    return redirect("partner-sessions")


@require_POST
def partner_sessions_end_others(request: HttpRequest) -> HttpResponse:
    """End all but this one."""
    token = partner_signing.token_of_request(request)
    partner_signing.end_other_member_sessions(this=token, by=request.member)
    return redirect("partner-sessions")
