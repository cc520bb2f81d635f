"""Passkeys of whoever signs in for a partner: as those of officers, on the public site."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts import partner_signing, passkey_pages, passkeys
from keng.accounts.forms import NewPasskeyForm, PasskeyNameForm
from keng.accounts.models import MemberPasskey
from keng.accounts.public.partner_presence import has_shown_code
from keng.acts.errors import Refused


@require_http_methods(["GET", "HEAD"])
def partner_passkeys(request: HttpRequest) -> HttpResponse:
    """The member's passkeys, and the form that begins another one."""
    return _list_page(request, NewPasskeyForm())


@require_POST
def partner_passkey_new(request: HttpRequest) -> HttpResponse:
    """The second page: six digits were right, and the browser is asked to make it."""
    form = NewPasskeyForm(request.POST)
    if passkey_pages.why_no_passkeys(request, MemberPasskey) or not form.is_valid():
        return _list_page(request, form)
    if not has_shown_code(request, form):
        return _list_page(request, form)
    browser = partner_signing.token_of_request(request)
    context = passkey_pages.making_context(request.member, browser, form)
    context["partner"] = request.member.partner
    return render(request, "accounts/partner/passkey_new.html", context)


@require_POST
def partner_passkey_add(request: HttpRequest) -> HttpResponse:
    """What the browser made is kept."""
    try:
        passkeys.add_member_passkey(
            **passkey_pages.sent_passkey(request),
            browser=partner_signing.token_of_request(request),
            by=request.member,
        )
    except passkey_pages.NOT_ADDED as no:
        return _list_page(request, NewPasskeyForm(), refused=no)
    return redirect("partner-passkeys")


@require_POST
def partner_passkey_rename(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Another name; an empty one changes nothing."""
    form = PasskeyNameForm(request.POST)
    if form.is_valid():
        passkeys.rename_member_passkey(pk, name=form.cleaned_data["name"], by=request.member)
    return redirect("partner-passkeys")


@require_POST
def partner_passkey_remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """It opens nothing any more."""
    try:
        passkeys.remove_member_passkey(pk, by=request.member)
    except passkeys.LastSecondFactor as error:
        return _list_page(request, NewPasskeyForm(), refused=error)
    return redirect("partner-passkeys")


def _list_page(
    request: HttpRequest, form: NewPasskeyForm, *, refused: Refused | None = None
) -> HttpResponse:
    context = passkey_pages.list_context(request, request.member, form) | {
        "partner": request.member.partner,
        "refused": refused.sentence if refused else "",
    }
    status = 422 if form.errors or refused else 200
    return render(request, "accounts/partner/passkeys.html", context, status=status)
