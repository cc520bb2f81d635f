"""Asking about a claim: what is known first, then what is kept of the words, then a link."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keng.claims import actions, queries, sentences
from keng.claims.forms import AskClaimForm
from keng.claims.models import Claim
from keng.claims.redact_claims import redact_claim
from keng.claims.sentences import prepared_for_reader
from keng.kit.numbers import whole_number
from keng.kit.rate_limits import ask_to_wait
from keng.limits.shared import SharedLimit

# What one network sends in an hour is less than half of what is taken from all (MOST_AN_HOUR).
send_limit = SharedLimit("claim sent", at_once=10, pause=300.0)
# Each comparison goes through all that was checked and asked.
compare_limit = SharedLimit("claim compared", at_once=30, pause=5.0)
# Named as the cookies of codes are: whoever reads the names is not to learn what was asked.
_COOKIE = "keng_f"
_OPEN_SECONDS = 600
_LONGEST_TOKEN = 100


def claim_ask(request: HttpRequest) -> HttpResponse:
    """Two steps: the answer that is there already, or the words as they would be kept."""
    if request.method != "POST":
        about = whole_number(request.GET.get("about", ""), most=99_999_999)
        form = AskClaimForm(
            initial={"about": about} if about and queries.public_revisions(about) else None
        )
        return _ask_page(request, form)
    form = AskClaimForm(request.POST)
    if not form.is_valid():
        return _ask_page(request, form, status=422)
    is_sent = request.POST.get("do") == "send"
    if wait := (send_limit if is_sent else compare_limit).seconds_to_wait(request):
        form.add_error("words", _("Many questions came from your network. Try again later."))
        return ask_to_wait(_ask_page(request, form), wait)
    if not is_sent:
        context = _known_context(form.cleaned_data) | {"puzzle": send_limit.puzzle(request)}
        return render(request, "claims/ask_check.html", context)
    return _keep_claim(request, form)


def _ask_page(request: HttpRequest, form: AskClaimForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "puzzle": compare_limit.puzzle(request)}
    return render(request, "claims/ask.html", context, status=status)


def _known_context(said: dict[str, Any]) -> dict[str, object]:
    kept, about = redact_claim(said["words"]), said["about"]
    found = [] if about else queries.published_checks_like(kept.text)
    prepared_for_reader([match.item for match in found])
    other = None if about else queries.open_claim_like(kept.text)
    initial = {"words": kept.text, "about": about}
    return {
        "kept": kept,
        "matches": found,
        "about": about,
        "form": AskClaimForm(initial=initial),
        "other": other,
    }


def _keep_claim(request: HttpRequest, form: AskClaimForm) -> HttpResponse:
    said = form.cleaned_data
    try:
        token = actions.ask_claim(said["words"], about=said["about"], same_as=said["same_as"])
    except actions.TooManyClaims:
        return render(request, "claims/ask.html", {"form": form, "is_full": True}, status=503)
    return _redirect_with_cookie(token)


@require_safe
def claim_asked(request: HttpRequest, token: str) -> HttpResponse:
    """The link that was kept leads on: what stays in the browser's history says nothing."""
    if queries.claim_under(token) is None:
        raise Http404
    return _redirect_with_cookie(token)


@require_safe
def claim_outcome(request: HttpRequest) -> HttpResponse:
    """What became of it: for whoever came by the link, and with nothing that says who they are."""
    token = request.COOKIES.get(_COOKIE, "")[:_LONGEST_TOKEN]
    claim = queries.claim_under(token) if token else None
    if claim is None:
        return render(request, "claims/asked_over.html")
    answer = claim.same_as if claim.state == Claim.State.ANSWERED else claim
    checks = (
        prepared_for_reader(queries.public_revisions(answer.number)[:1])
        if answer and answer.number
        else []
    )
    is_outside = claim.state == Claim.State.OUT_OF_SCOPE
    context = {
        "claim": claim,
        "check": checks[0] if checks else None,
        "answer": answer,
        "outside": sentences.out_of_scope_answer(claim.outside) if is_outside else None,
        "may_object": is_outside and actions.may_object_to_out_of_scope(token),
        "token": token,
        "address": f"{settings.PUBLIC_URL}{reverse('claim-asked', args=[token])}",
        "words": queries.askers_words_under(token),
    }
    return render(request, "claims/asked.html", context)


@require_POST
def claim_object(request: HttpRequest) -> HttpResponse:
    """It is about safety or services after all. The page says what became of that."""
    token = request.POST.get("token", "")[:_LONGEST_TOKEN]
    if queries.claim_under(token) is None:
        raise Http404
    with suppress(actions.NothingToObject):
        actions.object_to_out_of_scope(token)
    return _redirect_with_cookie(token)


def _redirect_with_cookie(token: str) -> HttpResponse:
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
