"""The desk erases a lead who asked for it, and says who takes the place on."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.accounts.middleware import SignedInRequest
from keng.acts.errors import Refused
from keng.network.models import Lead
from keng.relay.erasing import erase_lead
from keng.relay.hand_out_desk import hand_outs_page
from keng.relay.vacant_places import rows_of_erased_leads, take_on_place


@require_POST
def lead_erase(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Only with the tick that they asked for it: nothing brings it back."""
    lead = get_object_or_404(Lead.objects.visible_to(request.officer), pk=pk)
    if request.POST.get("asked") != "yes":
        messages.warning(request, _("Tick first that they asked for it themselves."))
        return redirect("lead-edit", pk=pk)
    erase_lead(lead.pk, by=request.officer)
    messages.success(request, _("Erased. See below who could take the place on."))
    return redirect("hand-outs")


@require_POST
def place_take_on(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Name who takes the place of an erased lead on."""
    get_object_or_404(rows_of_erased_leads(request.officer), pk=pk)
    name = request.POST.get("name", "")[:120]
    try:
        successor = take_on_place(pk, name, by=request.officer)
    except Refused as error:
        messages.warning(request, str(error.sentence))
        return hand_outs_page(request, wrong_place=pk, wrong_name=name)
    messages.success(request, _("%(name)s takes the place on") % {"name": successor.name})
    return redirect("hand-outs")
