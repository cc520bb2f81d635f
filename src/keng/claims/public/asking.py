"""Asking about a claim: what is known first, then what is kept of the words, then a link."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keng.claims import actions, queries, wording
from keng.claims.covering import covered
from keng.claims.forms import AskForm
from keng.claims.models import Claim
from keng.claims.wording import dressed
from keng.kit.rate_limits import FormThrottle

# What one network sends in an hour is less than half of what is taken from all (MOST_AN_HOUR).
sending = FormThrottle(at_once=10, pause=300.0)
# Each comparison goes through all that was checked and asked.
comparing = FormThrottle(at_once=30, pause=5.0)
# Named as the cookies of codes are: whoever reads the names is not to learn what was asked.
_COOKIE = "keng_f"
_OPEN_SECONDS = 600
_LONGEST_TOKEN = 100


def ask(request: HttpRequest) -> HttpResponse:
    """Two steps: the answer that is there already, or the words as they would be kept."""
    if request.method != "POST":
        asked = request.GET.get("about", "")
        about = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else None
        form = AskForm(initial={"about": about} if about and queries.public_page(about) else None)
        return render(request, "claims/ask.html", {"form": form})
    form = AskForm(request.POST)
    if not form.is_valid():
        return render(request, "claims/ask.html", {"form": form}, status=422)
    is_sent = request.POST.get("do") == "send"
    if wait := (sending if is_sent else comparing).seconds_to_wait(request):
        form.add_error("words", _("Many questions came from your network. Try again later."))
        response = render(request, "claims/ask.html", {"form": form}, status=429)
        response.headers["Retry-After"] = str(wait)
        return response
    if not is_sent:
        return render(request, "claims/ask_check.html", _known(form.cleaned_data))
    return _kept(request, form)


def _known(said: dict[str, Any]) -> dict[str, object]:
    kept, about = covered(said["words"]), said["about"]
    found = [] if about else queries.alike_published(kept.text)
    dressed([match.of for match in found])
    other = None if about else queries.alike_open(kept.text)
    initial = {"words": kept.text, "about": about}
    return {
        "kept": kept,
        "matches": found,
        "about": about,
        "form": AskForm(initial=initial),
        "other": other,
    }


def _kept(request: HttpRequest, form: AskForm) -> HttpResponse:
    said = form.cleaned_data
    try:
        token = actions.ask(said["words"], about=said["about"], same_as=said["same_as"])
    except actions.TooMany:
        return render(request, "claims/ask.html", {"form": form, "is_full": True}, status=503)
    return _led_on(token)


@require_safe
def asked(request: HttpRequest, token: str) -> HttpResponse:
    """The link that was kept leads on: what stays in the browser's history says nothing."""
    if queries.asked_under(token) is None:
        raise Http404
    return _led_on(token)


@require_safe
def outcome(request: HttpRequest) -> HttpResponse:
    """What became of it: for whoever came by the link, and with nothing that says who they are."""
    token = request.COOKIES.get(_COOKIE, "")[:_LONGEST_TOKEN]
    claim = queries.asked_under(token) if token else None
    if claim is None:
        return render(request, "claims/asked_over.html")
    answer = claim.same_as if claim.state == Claim.State.ANSWERED else claim
    checks = dressed(queries.public_page(answer.number)[:1]) if answer and answer.number else []
    is_outside = claim.state == Claim.State.OUT_OF_SCOPE
    context = {
        "claim": claim,
        "check": checks[0] if checks else None,
        "answer": answer,
        "outside": wording.outside_words(claim.outside) if is_outside else None,
        "may_object": is_outside and actions.may_object(token),
        "token": token,
        "address": f"{settings.PUBLIC_URL}{reverse('claim-asked', args=[token])}",
        "words": queries.words_under(token),
    }
    return render(request, "claims/asked.html", context)


@require_POST
def objected(request: HttpRequest) -> HttpResponse:
    """It is about safety or services after all. The page says what became of that."""
    token = request.POST.get("token", "")[:_LONGEST_TOKEN]
    if queries.asked_under(token) is None:
        raise Http404
    with suppress(actions.NothingToObject):
        actions.object_to(token)
    return _led_on(token)


def _led_on(token: str) -> HttpResponse:
    """To the page without the link in its address; this browser may open it for ten minutes.

    A link is opened from other programs, too, where a stricter cookie would not come along. Quick
    exit deletes it as every cookie of ours.
    """
    response = redirect("claim-outcome")
    response.headers["Cache-Control"] = "no-store"
    response.set_cookie(
        _COOKIE,
        token,
        max_age=_OPEN_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response
