"""An officer's own settings, and what they are told about accounts."""

import uuid

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts import actions, notices, refusals
from keng.accounts.forms import PasswordForm, SettingsForm
from keng.accounts.guessing import TooManyTries
from keng.accounts.middleware import bind_session
from keng.accounts.models import Officer
from keng.accounts.password_checks import SignInBusy, WrongPassword, count_own_password
from keng.accounts.sessions import end_sessions

_OWN = ("language", "theme", "single_keys", "full_desk")


@require_http_methods(["GET", "POST"])
def my_settings(request: HttpRequest) -> HttpResponse:
    """Language, theme, keys and the full desk; and the password, in a form of its own."""
    officer = request.officer
    wants_password = "present" in request.POST
    posted = request.POST if request.method == "POST" else None
    form = SettingsForm(
        None if wants_password else posted, initial={name: getattr(officer, name) for name in _OWN}
    )
    password = PasswordForm(posted if wants_password else None, officer=officer)
    if posted and wants_password and _change_password_from_form(request, password):
        messages.success(request, _("Your password is changed. Other places are signed out."))
        return redirect("my-settings")
    if posted and not wants_password and form.is_valid():
        actions.change_settings(by=officer, **form.cleaned_data)
        with override(officer.language):
            messages.success(request, _("Saved."))
        return redirect("my-settings")
    context = {"form": form, "password_form": password}
    status = 422 if form.errors or password.errors else 200
    return render(request, "accounts/desk/my_settings.html", context, status=status)


@require_POST
def notice_seen(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The officer has seen what they were told; they stay on the page they were on."""
    if not notices.mark_notice_seen(pk, by=request.officer):
        raise Http404
    return _redirect_back(request)


@require_POST
def desk_theme(request: HttpRequest) -> HttpResponse:
    """Day, night or as the device, from the menu on every page."""
    if request.POST.get("theme") not in Officer.Theme.values:
        raise BadRequest
    return _change_one_setting(request, "theme")


@require_POST
def desk_language(request: HttpRequest) -> HttpResponse:
    """Vietnamese or English, from the menu on every page."""
    if request.POST.get("language") not in {"vi", "en"}:
        raise BadRequest
    return _change_one_setting(request, "language")


def _change_one_setting(request: HttpRequest, name: str) -> HttpResponse:
    own = {key: getattr(request.officer, key) for key in _OWN}
    actions.change_settings(by=request.officer, **own | {name: request.POST[name]})
    return _redirect_back(request)


def _redirect_back(request: HttpRequest) -> HttpResponse:
    """Where the form stood, if that is one of our pages."""
    back = request.POST.get("next", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return redirect(back if is_ours else "inbox")


def _change_password_from_form(request: HttpRequest, form: PasswordForm) -> bool:
    if not form.is_valid():
        return False
    try:
        said = form.cleaned_data
        with count_own_password(f"officer {request.officer.username}"):
            actions.change_password(present=said["present"], new=said["new"], by=request.officer)
    except WrongPassword as error:
        form.add_error("present", error.sentence)
        return False
    except (TooManyTries, SignInBusy) as error:
        refusals.explain_refusal(form, error, wrong="")
        return False
    bind_session(request.session, request.officer)
    end_sessions(request.officer, but=request.session.session_key)
    return True
