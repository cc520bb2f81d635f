"""Setting up: the person concerned has both halves of the code, and nobody is signed in."""

import time
import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keng.accounts import browsers, second_factor, setting_up
from keng.accounts.actions import UsernameTaken
from keng.accounts.forms import CodeForm, SetUpForm
from keng.accounts.middleware import begin_session
from keng.kit import qr
from keng.kit.rate_limits import ask_to_wait
from keng.limits.shared import SharedLimit

_BEGUN = "set_up"
_BEGUN_SECONDS = 1800
# Somebody else typed both halves since this browser did; until it does so again, its page says so.
_BEGUN_AGAIN = "set_up_begun_again"
# Only wrong halves count: a desk where several set up on one morning has one address.
_WRONG_HALVES = SharedLimit("wrong half", at_once=10, pause=60.0)


@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest) -> HttpResponse:
    """Both halves, and a password that nobody else knows."""
    form = SetUpForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _halves_page(request, form, 422 if form.errors else 200)
    wait = _WRONG_HALVES.seconds_to_wait(request, 0)
    if wait:
        words = _("Too many wrong codes. Wait %(count)d seconds, then try again")
        form.add_error(None, words % {"count": wait})
        return ask_to_wait(_halves_page(request, form, 422), wait)
    given = form.cleaned_data
    try:
        begun = setting_up.begin_set_up(given["first"], given["second"], password=given["new"])
    except setting_up.WrongHalves as error:
        _WRONG_HALVES.seconds_to_wait(request)
        form.add_error(None, error.sentence)
        return _halves_page(request, form, 422)
    request.session[_BEGUN] = [str(begun.pk), int(time.time()), setting_up.mark_of_set_up(begun)]
    request.session.pop(_BEGUN_AGAIN, None)
    return redirect("set-up-code")


@require_http_methods(["GET", "POST"])
def set_up_code(request: HttpRequest) -> HttpResponse:
    """The secret for the phone's code app, shown to this person alone; its first code finishes."""
    try:
        return _code_page(request)
    except setting_up.SetUpBegunAgain:
        del request.session[_BEGUN]
        request.session[_BEGUN_AGAIN] = True
        return redirect("set-up")


def _code_page(request: HttpRequest) -> HttpResponse:
    key, mark = _begun_in_browser(request)
    begun = setting_up.begun_set_up(uuid.UUID(key), mark) if key else None
    if begun is None:
        return redirect("set-up")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            officer = setting_up.finish_set_up(begun.pk, mark, code=form.cleaned_data["code"])
        except setting_up.WrongFirstCode as error:
            form.add_error("code", error.sentence)
        except setting_up.SetUpOver:
            return redirect("set-up")
        except UsernameTaken:
            form.add_error(
                None, _("Somebody signs in with this name already: it must be asked for anew.")
            )
        else:
            begin_session(request, officer)
            response = redirect("desk-home")
            # The first sign-in here waits for nobody who guesses from the same address.
            browsers.remember_browser(response, request, browsers.DESK_SITE, officer.username)
            return response
    secret = second_factor.secret_in_box(bytes(begun.offered_totp_box))
    username = begun.officer.username if begun.officer else begun.username
    context = {
        "form": form,
        "username": username,
        "secret": secret,
        "picture": qr.qr_data_address(second_factor.otpauth_address(username, secret)),
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/desk/set_up_code.html", context, status=status)


def _begun_in_browser(request: HttpRequest) -> tuple[str, str]:
    """Which request this browser began, and the mark of that; empty when none, or too long ago."""
    # Three parts: what an older version put into a session has two, and is begun again.
    match request.session.get(_BEGUN):
        case [key, at, mark] if at >= time.time() - _BEGUN_SECONDS:
            return key, mark
    return "", ""


def _halves_page(request: HttpRequest, form: SetUpForm, status: int) -> HttpResponse:
    context = {"form": form, "is_begun_again": request.session.get(_BEGUN_AGAIN, False)}
    return render(request, "accounts/desk/set_up.html", context, status=status)
