"""Who is asking below /partner/: a member of a partner, or nobody. Officers do not exist here."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve

from keng.accounts import partner_signing
from keng.accounts.models import PartnerMember
from keng.kit.form_not_taken import form_not_taken_context

PARTNER_PATH = "/partner/"
_OPEN = frozenset(
    {
        "partner-sign-in",
        "partner-code",
        "partner-sign-in-passkey",
        "partner-passkey-options",
        "partner-sign-out",
    }
)
_BEFORE_CHOOSING = frozenset({"partner-password", "partner-sign-out"})


class PartnerRequest(HttpRequest):
    """A request below /partner/: only the pages of signing in see None."""

    member: PartnerMember | None


class PartnerMiddleware:
    """Set request.member, or send to the partners' own sign-in page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PartnerRequest) -> HttpResponse:
        if not request.path_info.startswith(PARTNER_PATH):
            return self.get_response(request)
        member = partner_signing.member_of_token(
            request.COOKIES.get(partner_signing.PARTNER_COOKIE, "")
        )
        request.member = member
        name = _page_name(request)
        if member is None and name not in _OPEN:
            return _signed_out(request)
        if member is not None and member.must_choose_password and name not in _BEFORE_CHOOSING:
            return redirect("partner-password")
        return self.get_response(request)


def _signed_out(request: HttpRequest) -> HttpResponse:
    """To the sign-in page; where a form was sent, first what was typed into it."""
    given_back = form_not_taken_context(request) if request.method == "POST" else {}
    if not given_back.get("typed"):
        return redirect("partner-sign-in")
    return render(request, "accounts/partner/signed_out.html", given_back, status=403)


def _page_name(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""
