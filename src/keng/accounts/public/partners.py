"""Signing in as a member of a partner: two pages, a password of one's own, and the way out."""

import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts import partner_signing
from keng.accounts.forms import CodeForm, PasswordForm, SignInForm
from keng.accounts.partner_middleware import PATH
from keng.accounts.signing_in import NotSignedIn
from keng.kit.forms import Form


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; the second page asks for the six digits."""
    if request.member:
        return redirect("partner-home")
    form = SignInForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            token = partner_signing.check_name_and_password(**form.cleaned_data)
        except partner_signing.NotAgreed:
            form.add_error(
                None,
                _("This sign-in waits: somebody who signs in for you agrees to it on their page."),
            )
        except NotSignedIn:
            form.add_error(
                None,
                _(
                    "Name and password do not fit. "
                    "After 5 failures an account is locked for 15 minutes."
                ),
            )
        else:
            return _with_cookie(redirect("partner-code"), token, seconds=300)
    return _page(request, "accounts/partner/sign_in.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The six digits. Without the first page, or five minutes after it, back to the first page."""
    token = request.COOKIES.get(partner_signing.COOKIE, "")
    if partner_signing.member_of(token, is_half=True) is None:
        return redirect("partner-home" if request.member else "partner-sign-in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            whole = partner_signing.check_code(token, form.cleaned_data["code"])
        except NotSignedIn:
            form.add_error(
                "code", _("These digits do not fit, or were used already. Wait for the next ones.")
            )
        else:
            return _with_cookie(redirect("partner-home"), whole)
    return _page(request, "accounts/partner/code.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A password of one's own: after the first sign-in no other page opens before this."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            token = partner_signing.change_password(
                request.member, present=said["present"], new=said["new"]
            )
        except partner_signing.WrongPassword:
            form.add_error("present", _("This is not your present password."))
        else:
            return _with_cookie(redirect("partner-home"), token)
    return _page(request, "accounts/partner/password.html", form)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The way out, for this browser."""
    partner_signing.end(request.COOKIES.get(partner_signing.COOKIE, ""))
    response = redirect("partner-sign-in")
    response.delete_cookie(partner_signing.COOKIE, path=PATH, samesite="Strict")
    return response


def _page(request: HttpRequest, template: str, form: Form) -> HttpResponse:
    return render(request, template, {"form": form}, status=422 if form.errors else 200)


def _with_cookie(
    response: HttpResponse, token: str, *, seconds: float | None = None
) -> HttpResponse:
    """Sent to these pages only: no other page of the site learns that a partner is here."""
    lasts = datetime.timedelta(seconds=seconds) if seconds else partner_signing.SIGNED_IN_FOR
    response.set_cookie(
        partner_signing.COOKIE, token, max_age=lasts, path=PATH, httponly=True,
        samesite="Strict", secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip
    return response
