"""The two pages of signing in, and the way out."""

import time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts import browsers, refusals, signing_in
from keng.accounts.forms import CodeForm, SignInForm
from keng.accounts.middleware import OPEN_PAGES, begin_session, page_name_at
from keng.accounts.models import Officer
from keng.accounts.refusals import SignInRefusal
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
    return refusal.mark_response(render(request, "accounts/desk/sign_in.html", {"form": form}))


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
    context = {"form": form, "signing_in": officer}
    return refusal.mark_response(render(request, "accounts/desk/sign_in_code.html", context))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The way out, for this browser."""
    signing_in.record_sign_out(request.officer)
    request.session.flush()
    return redirect("sign-in")


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
