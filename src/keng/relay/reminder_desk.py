"""The list of leads who were told and have not confirmed, each with words to remind them."""

import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keng.accounts.middleware import SignedInRequest
from keng.delivery.models import Dispatch
from keng.kit.ids import read_id
from keng.kit.numbers import whole_number
from keng.kit.pagination import rows_of_page
from keng.network.models import Lead
from keng.relay import coverage
from keng.relay import reminders as queries
from keng.relay.silent_leads import silent_leads_of_desk


@require_safe
def reminders(request: SignedInRequest) -> HttpResponse:
    """Who has not confirmed after some hours: of all warnings, or of one."""
    hours, dispatch = _hours(request.GET.get("hours", "")), _dispatch(request)
    found = queries.leads_to_remind(
        request.officer, hours=hours, dispatch=dispatch.pk if dispatch else None
    )
    leads, page = rows_of_page(request, found)
    context = {
        "here": "reminders",
        "leads": leads,
        "page": page,
        "hours": hours,
        "choices": queries.HOURS_TO_WAIT,
        "dispatch": dispatch,
        "silent": [] if dispatch else silent_leads_of_desk(request.officer),
        "title": coverage.title_of_dispatch(dispatch) if dispatch else "",
    }
    return render(request, "relay/reminders.html", context)


@require_POST
def lead_remind(request: SignedInRequest, lead: uuid.UUID) -> HttpResponse:
    """The words were copied for the lead's own chat."""
    found = get_object_or_404(Lead.objects.visible_to(request.officer), pk=lead)
    hours = _hours(request.POST.get("hours", ""))
    dispatch = read_id(request.POST.get("dispatch", ""))
    if queries.note_reminded(found.pk, hours=hours, by=request.officer, dispatch=dispatch):
        words = _("Noted: %(name)s is reminded. Paste the words in their own chat.")
        messages.success(request, words % {"name": found.name})
    else:
        words = _("Nothing was noted: no warning waits for %(name)s any more.")
        messages.warning(request, words % {"name": found.name})
    asked = {"hours": str(hours)}
    if dispatch:
        asked["dispatch"] = str(dispatch)
    return redirect(f"{reverse('reminders')}?{urlencode(asked)}")


def _hours(typed: str) -> int:
    hours = whole_number(typed, least=1, most=max(queries.HOURS_TO_WAIT))
    return hours if hours in queries.HOURS_TO_WAIT else queries.USUAL_HOURS


def _dispatch(request: SignedInRequest) -> Dispatch | None:
    asked = request.GET.get("dispatch", "")
    if not asked:
        return None
    key = read_id(asked)
    if key is None:
        raise Http404
    theirs = coverage.dispatches_for(request.officer).prefetch_related("texts")
    return get_object_or_404(theirs, pk=key)
