"""The locked screen: locking it, the page that unlocks it, and the PIN."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts import passkey_pages, refusals, screen_lock
from keng.accounts.forms import PinForm, UnlockForm
from keng.accounts.middleware import page_name_at
from keng.accounts.models import OfficerPasskey
from keng.accounts.passkeys import usable_passkeys_of
from keng.accounts.password_checks import SignInBusy
from keng.accounts.presence import is_present
from keng.accounts.screen_lock import UnlockResult
from keng.kit.form_not_taken import form_not_taken_context

# A page that is covered asks so, says whose it is, and goes on where it is.
COVER_HEADER = "X-Keng-Cover"


@require_POST
def screen_lock_now(request: HttpRequest) -> HttpResponse:
    """Lock it at once: by the button, or by a page at which nobody was for long."""
    screen_lock.lock_screen(request.session)
    if COVER_HEADER in request.headers:
        return HttpResponse(status=204)
    return redirect("screen-locked")


@require_POST
def screen_awake(request: HttpRequest) -> HttpResponse:
    """Somebody types or points at an open page (the middleware has written it down)."""
    return HttpResponse(status=204)


@require_GET
def screen_locked(request: HttpRequest) -> HttpResponse:
    """The only page of a locked session."""
    if not request.is_screen_locked:
        return redirect("desk-home")
    return locked_page(request, status=200)


@require_POST
def screen_unlock_options(request: HttpRequest) -> HttpResponse:
    """What the browser hands to a passkey of whoever is signed in."""
    use = screen_lock.use_for_unlock(request.officer)
    own = usable_passkeys_of(request.officer)
    return passkey_pages.options_response(request, OfficerPasskey, use, of=own)


@require_POST
def screen_unlock(request: HttpRequest) -> HttpResponse:
    """A try to unlock; the fifth wrong one ends the session."""
    if request.headers.get(COVER_HEADER, str(request.officer.pk)) != str(request.officer.pk):
        # Somebody else has signed in since, and opens no page that was left covered.
        return JsonResponse({"said": "", "over": True}, status=422)
    form = UnlockForm(request.POST, officer=request.officer)
    result = _tried(request, form) if request.is_screen_locked else UnlockResult.OPEN
    if COVER_HEADER in request.headers:
        return _answer_to_cover(form, result)
    if result is UnlockResult.OVER:
        return redirect("sign-in")
    if result is UnlockResult.OPEN:
        wanted = request.POST.get("next", "")
        return redirect(wanted if _is_desk_page(wanted) else "desk-home")
    return locked_page(request, form=form, status=422)


@require_http_methods(["GET", "POST"])
def my_pin(request: HttpRequest) -> HttpResponse:
    """The officer's PIN for the locked screen: set, changed, or removed."""
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and is_present(request.officer, form):
        try:
            screen_lock.set_pin(form.cleaned_data["pin"], by=request.officer)
        except screen_lock.EasyPin as error:
            form.add_error("pin", error.sentence)
        else:
            has_pin = bool(form.cleaned_data["pin"])
            messages.success(
                request, _("Your PIN is set.") if has_pin else _("Your PIN is removed.")
            )
            return redirect("my-pin")
    context = {"form": form, "minutes": screen_lock.lock_seconds() // 60}
    status = 422 if form.errors else 200
    return render(request, "accounts/desk/my_pin.html", context, status=status)


def locked_page(
    request: HttpRequest, *, form: UnlockForm | None = None, status: int = 423
) -> HttpResponse:
    """The page itself, which names whoever is signed in and nothing of what is open.

    Where a form was sent to a locked session, what was typed into it is given back.
    """
    officer = request.officer
    typed = form_not_taken_context(request).get("typed") if status == 423 else None
    context = {
        "form": form or UnlockForm(officer=officer),
        "locked_for": officer,
        "theme": officer.theme,
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "typed": typed,
        "takes_passkeys": officer.has_passkeys,
        # Words about tips wait until it is unlocked.
        "messages": [],
    }
    return render(request, "accounts/desk/screen_locked.html", context, status=status)


def _tried(request: HttpRequest, form: UnlockForm) -> UnlockResult:
    """What became of it; the form says why it was not right."""
    session, officer = request.session, request.officer
    if answer := request.POST.get("passkey", ""):
        form.refuse(refusals.unlock_is_wrong())
        return screen_lock.unlock_by_passkey(session, officer, answer)
    if not form.is_valid():
        return UnlockResult.WRONG
    try:
        result = screen_lock.unlock_by_digits(session, officer, form.cleaned_data["pin"])
    except SignInBusy as error:
        refusals.explain_refusal(form, error, wrong="")
        return UnlockResult.WRONG
    if result is UnlockResult.WRONG:
        form.add_error("pin", refusals.unlock_is_wrong())
    return result


def _answer_to_cover(form: UnlockForm, result: UnlockResult) -> HttpResponse:
    if result is UnlockResult.OPEN:
        return HttpResponse(status=204)
    said = " ".join(str(words) for errors in form.errors.values() for words in errors)
    return JsonResponse({"said": said, "over": result is UnlockResult.OVER}, status=422)


def _is_desk_page(wanted: str) -> bool:
    is_path = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return is_path and page_name_at(wanted) not in {"", "screen-locked"}
