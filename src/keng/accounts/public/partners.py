"""Signing in as a member of a partner: two pages, a password of one's own, and the way out."""

import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts import browsers, partner_signing, passkey_pages, refusals
from keng.accounts.forms import CodeForm, PasswordForm, SignInForm
from keng.accounts.guessing import TooManyTries
from keng.accounts.models import MemberPasskey, PartnerMember
from keng.accounts.partner_middleware import PARTNER_PATH
from keng.accounts.passkey_challenges import ChallengePurpose, ChallengeUse
from keng.accounts.passkeys import usable_passkeys_of
from keng.accounts.password_checks import SignInBusy, WrongPassword, count_own_password
from keng.accounts.refusals import SignInRefusal
from keng.kit.cookies import clear_browser_cache
from keng.kit.forms import Form


@require_http_methods(["GET", "HEAD", "POST"])
def partner_sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; the second page asks for the six digits."""
    if request.member:
        return redirect("partner-home")
    form = SignInForm(request.POST if request.method == "POST" else None)
    refusal = SignInRefusal(422 if form.errors else 200)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        origin = browsers.origin_of_try(request, browsers.PARTNER_SITE, given["username"])
        try:
            token = partner_signing.check_member_password(**given, origin=origin)
        except partner_signing.MemberNotAgreed:
            form.add_error(
                None,
                _("This sign-in waits: somebody who signs in for you agrees to it on their page."),
            )
            refusal = SignInRefusal(422)
        except refusals.SIGN_IN_REFUSED as error:
            refusal = refusals.explain_refusal(form, error, wrong=refusals.password_is_wrong())
        else:
            return _with_cookie(redirect("partner-code"), token, seconds=300)
    return refusal.mark_response(_first_page(request, form))


@require_http_methods(["GET", "HEAD", "POST"])
def partner_code(request: HttpRequest) -> HttpResponse:
    """The six digits. Without the first page, or five minutes after it, back to the first page."""
    token = partner_signing.token_of_request(request)
    half = partner_signing.member_of_token(token, is_half=True)
    if half is None:
        return redirect("partner-home" if request.member else "partner-sign-in")
    form = CodeForm(request.POST if request.method == "POST" else None)
    refusal = SignInRefusal(422 if form.errors else 200)
    if form.is_bound and form.is_valid():
        origin = browsers.origin_of_try(request, browsers.PARTNER_SITE, half.username)
        try:
            whole = partner_signing.check_member_code(
                token,
                form.cleaned_data["code"],
                origin=origin,
                device=partner_signing.device_of_request(request),
            )
        except refusals.SIGN_IN_REFUSED as error:
            wrong = refusals.code_is_wrong()
            refusal = refusals.explain_refusal(form, error, wrong=wrong, field="code")
        else:
            response = _with_cookie(redirect("partner-home"), whole)
            browsers.remember_browser(response, request, browsers.PARTNER_SITE, half.username)
            return response
    return refusal.mark_response(_code_page(request, form, half))


@require_POST
def partner_passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser hands to a passkey: any that fits, or after the password this member's."""
    half = _half_of_passkey(request)
    own = usable_passkeys_of(half) if half else None
    use = _use_of_sign_in(request, half)
    return passkey_pages.options_response(request, MemberPasskey, use, of=own)


@require_POST
def partner_sign_in_passkey(request: HttpRequest) -> HttpResponse:
    """A passkey signs in: by itself, or in place of the six digits."""
    if request.member:
        return redirect("partner-home")
    half = _half_of_passkey(request)
    token = partner_signing.token_of_request(request)
    try:
        whole = partner_signing.check_member_passkey(
            request.POST.get("passkey", ""),
            _use_of_sign_in(request, half),
            half=token if half else "",
            device=partner_signing.device_of_request(request),
        )
    except partner_signing.NotSignedIn:
        form = CodeForm(data={}) if half else SignInForm(data={})
        form.errors.clear()
        form.add_error(None, refusals.passkey_is_wrong())
        page = _code_page(request, form, half) if half else _first_page(request, form)
        return SignInRefusal(422).mark_response(page)
    return _with_cookie(redirect("partner-home"), whole)


@require_http_methods(["GET", "HEAD", "POST"])
def partner_password(request: HttpRequest) -> HttpResponse:
    """A password of one's own: after the first sign-in no other page opens before this."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        try:
            with count_own_password(f"partner {request.member.username}"):
                token = partner_signing.change_member_password(
                    present=said["present"],
                    new=said["new"],
                    by=request.member,
                    device=partner_signing.device_of_request(request),
                )
        except WrongPassword as error:
            form.add_error("present", error.sentence)
        except (TooManyTries, SignInBusy) as error:
            refusals.explain_refusal(form, error, wrong="")
        else:
            return _with_cookie(redirect("partner-home"), token)
    return _page(request, "accounts/partner/password.html", form)


@require_POST
def partner_sign_out(request: HttpRequest) -> HttpResponse:
    """The way out, for this browser."""
    partner_signing.end_partner_session(partner_signing.token_of_request(request))
    response = redirect("partner-sign-in")
    response.delete_cookie(partner_signing.PARTNER_COOKIE, path=PARTNER_PATH, samesite="Strict")
    return clear_browser_cache(response)


def _first_page(request: HttpRequest, form: Form) -> HttpResponse:
    takes = passkey_pages.why_no_passkeys(request, MemberPasskey) is None
    context = {"form": form, "takes_passkeys": takes}
    return render(request, "accounts/partner/sign_in.html", context)


def _code_page(request: HttpRequest, form: Form, member: PartnerMember) -> HttpResponse:
    takes = passkey_pages.why_no_passkeys(request, MemberPasskey) is None
    context = {"form": form, "takes_passkeys": takes and bool(usable_passkeys_of(member))}
    return render(request, "accounts/partner/code.html", context)


def _half_of_passkey(request: HttpRequest) -> PartnerMember | None:
    """Whoever gave name and password, where the passkey stands in place of the digits."""
    if request.POST.get("step") != "second":
        return None
    token = partner_signing.token_of_request(request)
    return partner_signing.member_of_token(token, is_half=True)


def _use_of_sign_in(request: HttpRequest, half: PartnerMember | None) -> ChallengeUse:
    """Bound to the token that waits, or to the cookie that keeps forged forms away."""
    if half is None:
        cookie = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
        return ChallengeUse(ChallengePurpose.SIGN_IN, cookie)
    token = partner_signing.token_of_request(request)
    return ChallengeUse(ChallengePurpose.SECOND_STEP, token, str(half.pk))


def _page(request: HttpRequest, template: str, form: Form) -> HttpResponse:
    return render(request, template, {"form": form}, status=422 if form.errors else 200)


def _with_cookie(
    response: HttpResponse, token: str, *, seconds: float | None = None
) -> HttpResponse:
    """Sent to these pages only: no other page of the site learns that a partner is here."""
    lasts = (
        datetime.timedelta(seconds=seconds) if seconds else partner_signing.PARTNER_SIGNED_IN_FOR
    )
    response.set_cookie(
        partner_signing.PARTNER_COOKIE,
        token,
        max_age=lasts,
        path=PARTNER_PATH,
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response
