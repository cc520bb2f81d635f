"""The page on which two holders split keys anew, or reseal what is on hold."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.accounts.presence import is_present
from keng.acts.errors import NotAllowed, Refused
from keng.openings import holder_keys
from keng.openings.holder_forms import problem_sentence
from keng.openings.holder_pages import unwrapping_context
from keng.openings.opening_forms import GiveForm
from keng.openings.resharing import (
    give_for_resharing,
    join_resharing,
    readable_resharing,
    resharing_people,
    shares_to_give,
)
from keng.openings.second_person import has_share_of
from keng.vault.models import ResharingRequest
from keng.vault.resharing import MOST_KEYS_AT_ONCE


@require_GET
def resharing(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Why, for whom, who came; and the form that gives one's shares."""
    asked = _resharing_or_404(request.officer, pk)
    officer = request.officer
    came = Officer.objects.in_bulk([ref for ref in (asked.first_ref, asked.second_ref) if ref])
    has_place = officer.pk in came or asked.second_ref is None
    context = {
        "asked": asked,
        "people": resharing_people(asked),
        "came": list(came.values()),
        "has_come": officer.pk in came,
        "is_over": bool(asked.done_at or asked.dropped_at),
        "can_give": has_place and has_share_of(officer.pk, asked.any_key_id),
        "give_form": GiveForm(auto_id="give_%s"),
        **unwrapping_context(officer),
    }
    return render(request, "openings/resharing.html", context)


@require_POST
def resharing_share(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One more of the two comes, or gives again; the answer is their shares, sealed to them."""
    _resharing_or_404(request.officer, pk)
    form = GiveForm(request.POST)
    try:
        if form.is_valid() and is_present(request.officer, form):
            join_resharing(pk, by=request.officer)
            shares = shares_to_give(pk, officer=request.officer)
            return JsonResponse({"shares": [each.for_script() for each in shares]})
        refusal = problem_sentence(form)
    except NotAllowed:
        raise
    except Refused as error:
        refusal = str(error.sentence)
    return JsonResponse({"said": refusal}, status=422)


@require_POST
def resharing_give(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The shares, which the browser has sealed to the opener; with the second ones all is done."""
    asked = _resharing_or_404(request.officer, pk)
    try:
        given = request.POST.get("sealed", "").split(" ")[: MOST_KEYS_AT_ONCE + 1]
        sealed = [holder_keys.read_bytes(each) for each in given]
        is_done = give_for_resharing(asked.pk, sealed, officer=request.officer)
    except NotAllowed:
        raise
    except Refused as error:
        return JsonResponse({"said": str(error.sentence)}, status=422)
    if is_done and asked.hold_key_id:
        success = _("Resealed. Nobody has read anything. In a week the old key is destroyed.")
    elif is_done:
        success = _("The keys are split anew. Within a minute the old shares are gone.")
    else:
        success = _(
            "Your shares are with the opener, for 15 minutes. Your colleague gives theirs now."
        )
    messages.success(request, success)
    return JsonResponse({"next": reverse("resharing", args=[pk])})


def _resharing_or_404(officer: Officer, pk: uuid.UUID) -> ResharingRequest:
    asked = readable_resharing(pk, officer)
    if asked is None:
        raise Http404
    return asked
