"""The two pages of signing in, and the way out."""

import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts import browsers, passkey_pages, refusals, signing_in
from keng.accounts.forms import CodeForm, SignInForm
from keng.accounts.middleware import OPEN_PAGES, begin_session, page_name_at
from keng.accounts.models import Officer, OfficerPasskey
from keng.accounts.passkey_challenges import ChallengePurpose, ChallengeUse
from keng.accounts.passkeys import usable_passkeys_of
from keng.accounts.refusals import SignInRefusal
from keng.kit.cookies import clear_browser_cache
from keng.kit.forms import Form
from keng.kit.secrets import same_secret

_HALF = "half_signed_in"
_HALF_MARK = "half_password_mark"
_WANTED = "wanted"
_HALF_SECONDS = 300


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password; the second page asks for the six digits."""
    if request.officer:
        return redirect("desk-home")
    form = SignInForm(request.POST or None)
    refusal = SignInRefusal(422 if form.errors else 200)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        origin = browsers.origin_of_try(request, browsers.DESK_SITE, given["username"])
        try:
            officer = signing_in.check_officer_password(**given, origin=origin)
        except refusals.SIGN_IN_REFUSED as error:
            refusal = refusals.explain_refusal(form, error, wrong=refusals.password_is_wrong())
        else:
            request.session.flush()
            request.session[_HALF] = [str(officer.pk), int(time.time())]
            request.session[_HALF_MARK] = officer.get_session_auth_hash()
            request.session[_WANTED] = request.GET.get("next", "")[:200]
            request.session.set_expiry(_HALF_SECONDS)
            return redirect("sign-in-code")
    return refusal.mark_response(_first_page(request, form))


@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The six digits. Without the first page, or five minutes after it, back to the first page."""
    officer = _half_signed_in(request)
    if officer is None:
        return redirect("sign-in")
    form = CodeForm(request.POST or None)
    refusal = SignInRefusal(422 if form.errors else 200)
    if request.method == "POST" and form.is_valid():
        origin = browsers.origin_of_try(request, browsers.DESK_SITE, officer.username)
        try:
            signing_in.check_officer_code(officer, form.cleaned_data["code"], origin=origin)
        except refusals.SIGN_IN_REFUSED as error:
            wrong = refusals.code_is_wrong()
            refusal = refusals.explain_refusal(form, error, wrong=wrong, field="code")
        else:
            return _finish_sign_in(request, officer)
    return refusal.mark_response(_code_page(request, form, officer))


@require_POST
def sign_in_passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser hands to a passkey: any that fits, or after the password this officer's."""
    half = _half_of_passkey(request)
    own = usable_passkeys_of(half) if half else None
    use = _use_of_sign_in(request, half)
    return passkey_pages.options_response(request, OfficerPasskey, use, of=own)


@require_POST
def sign_in_passkey(request: HttpRequest) -> HttpResponse:
    """A passkey signs in: by itself, or in place of the six digits."""
    if request.officer:
        return redirect("desk-home")
    half = _half_of_passkey(request)
    try:
        officer = signing_in.check_officer_passkey(
            request.POST.get("passkey", ""), _use_of_sign_in(request, half)
        )
    except refusals.SIGN_IN_REFUSED as error:
        form = CodeForm(data={}) if half else SignInForm(data={})
        form.errors.clear()
        wrong = refusals.passkey_is_wrong()
        refusal = refusals.explain_refusal(form, error, wrong=wrong)
        page = _code_page(request, form, half) if half else _first_page(request, form)
        return refusal.mark_response(page)
    if half is None:
        request.session[_WANTED] = request.GET.get("next", "")[:200]
    return _finish_sign_in(request, officer)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The way out, for this browser."""
    signing_in.record_sign_out(request.officer)
    request.session.flush()
    return clear_browser_cache(redirect("sign-in"))


def _first_page(request: HttpRequest, form: Form) -> HttpResponse:
    context = {"form": form, "takes_passkeys": passkey_pages.why_no_passkeys(request) is None}
    return render(request, "accounts/desk/sign_in.html", context)


def _code_page(request: HttpRequest, form: Form, officer: Officer) -> HttpResponse:
    has_one = passkey_pages.why_no_passkeys(request) is None and usable_passkeys_of(officer)
    context = {"form": form, "signing_in": officer, "takes_passkeys": bool(has_one)}
    return render(request, "accounts/desk/sign_in_code.html", context)


def _half_of_passkey(request: HttpRequest) -> Officer | None:
    """Whoever gave name and password, where the passkey stands in place of the digits."""
    return _half_signed_in(request) if request.POST.get("step") == "second" else None


def _use_of_sign_in(request: HttpRequest, half: Officer | None) -> ChallengeUse:
    """Bound to the half signed-in session, or to the cookie that keeps forged forms away."""
    if half is None:
        cookie = request.COOKIES.get(settings.CSRF_COOKIE_NAME, "")
        return ChallengeUse(ChallengePurpose.SIGN_IN, cookie)
    session = request.session.session_key or ""
    return ChallengeUse(ChallengePurpose.SECOND_STEP, session, str(half.pk))


def _half_signed_in(request: HttpRequest) -> Officer | None:
    """Whoever gave name and password a moment ago, while that is still the password."""
    key, at = request.session.get(_HALF, ("", 0))
    if not key or at < time.time() - _HALF_SECONDS:
        return None
    officer = Officer.objects.filter(pk=key, is_active=True).first()
    mark = request.session.get(_HALF_MARK, "")
    if officer is None or not same_secret(mark, officer.get_session_auth_hash()):
        return None
    return officer


def _finish_sign_in(request: HttpRequest, officer: Officer) -> HttpResponse:
    wanted = request.session.get(_WANTED, "")
    begin_session(request, officer)
    response = redirect(wanted if _is_desk_page(wanted) else "desk-home")
    browsers.remember_browser(response, request, browsers.DESK_SITE, officer.username)
    return response


def _is_desk_page(wanted: str) -> bool:
    """Whether this is a page of the desk, and none that another site made up."""
    is_path = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return is_path and page_name_at(wanted) not in {"", *OPEN_PAGES}
