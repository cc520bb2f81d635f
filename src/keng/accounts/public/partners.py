"""Signing in as a member of a partner: two pages, a password of one's own, and the way out."""

import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts import browsers, partner_signing, refusals
from keng.accounts.forms import CodeForm, PasswordForm, SignInForm
from keng.accounts.guessing import TooManyTries
from keng.accounts.partner_middleware import PATH
from keng.accounts.password_checks import Busy
from keng.accounts.refusals import Refusal
from keng.kit.forms import Form


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; the second page asks for the six digits."""
    if request.member:
        return redirect("partner-home")
    form = SignInForm(request.POST if request.method == "POST" else None)
    refusal = Refusal(422 if form.errors else 200)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        origin = browsers.origin_of(request, browsers.PARTNERS, given["username"])
        try:
            token = partner_signing.check_name_and_password(**given, origin=origin)
        except partner_signing.NotAgreed:
            form.add_error(
                None,
                _("This sign-in waits: somebody who signs in for you agrees to it on their page."),
            )
            refusal = Refusal(422)
        except refusals.REFUSED as error:
            refusal = refusals.explain(form, error, wrong=refusals.password_is_wrong())
        else:
            return _with_cookie(redirect("partner-code"), token, seconds=300)
    return refusal.mark(_page(request, "accounts/partner/sign_in.html", form))


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The six digits. Without the first page, or five minutes after it, back to the first page."""
    token = request.COOKIES.get(partner_signing.COOKIE, "")
    half = partner_signing.member_of(token, is_half=True)
    if half is None:
        return redirect("partner-home" if request.member else "partner-sign-in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    refusal = Refusal(422 if form.errors else 200)
    if form.is_bound and form.is_valid():
        origin = browsers.origin_of(request, browsers.PARTNERS, half.username)
        try:
            whole = partner_signing.check_code(token, form.cleaned_data["code"], origin=origin)
        except refusals.REFUSED as error:
            wrong = refusals.code_is_wrong()
            refusal = refusals.explain(form, error, wrong=wrong, field="code")
        else:
            response = _with_cookie(redirect("partner-home"), whole)
            browsers.remember(response, request, browsers.PARTNERS, half.username)
            return response
    return refusal.mark(_page(request, "accounts/partner/code.html", form))


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
        except (TooManyTries, Busy) as error:
            refusals.explain(form, error, wrong="")
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
        partner_signing.COOKIE,
        token,
        max_age=lasts,
        path=PATH,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response
