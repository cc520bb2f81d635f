"""How a lead is told, as the desk sees it, and where an officer writes an address down."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from keng.accounts.middleware import SignedInRequest
from keng.acts.errors import Refused
from keng.network.actions.lead_ways import enter_lead_way
from keng.network.models import Lead, LeadWay
from keng.relay.lead_way_forms import DeskLeadWayForm
from keng.relay.ways_to_tell import typed_channels, way_words


def lead_way_edit(request: SignedInRequest, lead: uuid.UUID) -> HttpResponse:
    """Where the lead is told, never the address itself; and the form for another one."""
    found = get_object_or_404(
        Lead.objects.visible_to(request.officer).select_related("unit"), pk=lead
    )
    way = LeadWay.objects.without_address().filter(pk=found.pk).first()
    channels = typed_channels()
    form = DeskLeadWayForm(request.POST or None, channels=channels)
    if request.method == "POST" and form.is_valid():
        try:
            enter_lead_way(found.pk, form.cleaned_data["typed"], by=request.officer)
        except Refused as error:
            form.add_error("address", str(error.sentence))
        else:
            words = _("Kept. A message asks %(name)s there; until then an officer tells them.")
            messages.success(request, words % {"name": found.name})
            return redirect("lead-way-edit", lead=found.pk)
    context = {
        "lead": found,
        "form": form,
        "has_channels": bool(channels),
        "way": way,
        "way_words": way_words(way),
    }
    return render(request, "relay/lead_way_edit.html", context)
