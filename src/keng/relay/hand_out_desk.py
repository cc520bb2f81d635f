"""The hand-out list: which leads to tell of a warning in their own chat, with the message ready."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keng.accounts.middleware import SignedInRequest
from keng.kit.pagination import rows_of_page
from keng.network.actions.leads import show_lead_link
from keng.network.models import Lead
from keng.relay import relay_acts as actions
from keng.relay import tasks_of_leads as queries
from keng.relay.asked_reminders import hours_named_to_desk
from keng.relay.stopping import RESUME_WITHIN
from keng.relay.vacant_places import places_of_desk


@require_safe
def hand_outs(request: SignedInRequest) -> HttpResponse:
    """Leads nobody has told yet, urgent first, and those whose link was used to stop."""
    return hand_outs_page(request)


@require_POST
def hand_out_link(request: SignedInRequest, lead: uuid.UUID) -> HttpResponse:
    """The same list, where the message to this lead has their link; that goes on record."""
    found = get_object_or_404(Lead.objects.visible_to(request.officer), pk=lead)
    if found.stopped_at:
        return redirect("hand-outs")
    show_lead_link(found.pk, by=request.officer)
    return hand_outs_page(request, link_of=found.pk)


def hand_outs_page(
    request: SignedInRequest,
    link_of: uuid.UUID | None = None,
    wrong_place: uuid.UUID | None = None,
    wrong_name: str = "",
) -> HttpResponse:
    """The list; after a slip with what was typed for the place of an erased lead."""
    found, page = rows_of_page(request, queries.leads_to_tell(request.officer, link_of=link_of))
    context = {
        "here": "hand-outs",
        "hand_outs": found,
        "page": page,
        "wishes": queries.leads_stopped_by_link(request.officer, within=RESUME_WITHIN),
        "named_hours": hours_named_to_desk(request.officer),
        "link_of": link_of,
        "vacant": places_of_desk(request.officer),
        "wrong_place": wrong_place,
        "wrong_name": wrong_name,
    }
    return render(request, "relay/hand_outs.html", context)


@require_POST
def hand_out_done(request: SignedInRequest, lead: uuid.UUID) -> HttpResponse:
    """The message was sent to the lead."""
    found = get_object_or_404(Lead.objects.visible_to(request.officer), pk=lead)
    actions.mark_handed_out(found.pk, by=request.officer)
    messages.success(request, _("Noted: %(name)s has it") % {"name": found.name})
    return redirect("hand-outs")
