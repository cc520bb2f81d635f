"""An officer's own passkeys: adding one in two pages, its name, its end, and what a page asks."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keng.accounts import passkey_pages, passkeys
from keng.accounts.forms import NewPasskeyForm, PasskeyNameForm
from keng.accounts.models import OfficerPasskey
from keng.accounts.presence import is_present
from keng.accounts.signing_in import presence_use


@require_GET
def my_passkeys(request: HttpRequest) -> HttpResponse:
    """The officer's passkeys, and the form that begins another one."""
    return _list_page(request, NewPasskeyForm())


@require_POST
def passkey_new(request: HttpRequest) -> HttpResponse:
    """The second page: the second factor was shown, and the browser is asked to make it."""
    form = NewPasskeyForm(request.POST)
    if passkey_pages.why_no_passkeys(request) or not form.is_valid():
        return _list_page(request, form)
    if not is_present(request.officer, form):
        return _list_page(request, form)
    context = passkey_pages.making_context(request.officer, request.officer.browser, form)
    return render(request, "accounts/desk/passkey_new.html", context)


@require_POST
def passkey_add(request: HttpRequest) -> HttpResponse:
    """What the browser made is kept."""
    try:
        passkeys.add_passkey(
            **passkey_pages.sent_passkey(request),
            browser=request.officer.browser,
            by=request.officer,
        )
    except passkey_pages.NOT_ADDED as no:
        messages.error(request, str(no.sentence))
    else:
        messages.success(request, _("The passkey is added. You can sign in with it."))
    return redirect("my-passkeys")


@require_POST
def passkey_rename(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Another name."""
    get_object_or_404(OfficerPasskey, pk=pk, holder=request.officer)
    form = PasskeyNameForm(request.POST)
    if form.is_valid():
        passkeys.rename_passkey(pk, name=form.cleaned_data["name"], by=request.officer)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("Give it a name."))
    return redirect("my-passkeys")


@require_POST
def passkey_remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """It opens nothing any more."""
    try:
        passkeys.remove_passkey(pk, by=request.officer)
    except passkeys.LastSecondFactor as error:
        messages.error(request, str(error.sentence))
    else:
        messages.success(request, _("The passkey is removed. It signs in no more."))
    return redirect("my-passkeys")


@require_POST
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What a page hands to the browser whose form asks for presence."""
    officer = request.officer
    use = presence_use(officer, officer.browser)
    own = passkeys.usable_passkeys_of(officer)
    return passkey_pages.options_response(request, OfficerPasskey, use, of=own)


def _list_page(request: HttpRequest, form: NewPasskeyForm) -> HttpResponse:
    context = passkey_pages.list_context(request, request.officer, form)
    status = 422 if form.errors else 200
    return render(request, "accounts/desk/my_passkeys.html", context, status=status)
