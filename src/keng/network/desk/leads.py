"""Leads: the relay tree and the page of one lead."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keng.kit import times
from keng.kit.list_filter import ListFilter
from keng.kit.pagination import rows_of_page
from keng.network.actions import leads as lead_actions
from keng.network.desk.units import officer_units, requested_unit
from keng.network.forms.leads import LeadForm
from keng.network.models import Lead
from keng.network.queries import relay_tree


@require_safe
def leads(request: HttpRequest) -> HttpResponse:
    """Who passes on to whom: the relay tree, a page of it at a time."""
    chosen = ListFilter(request.GET, words_label=_("Find a lead"))
    tree = relay_tree.relay_tree_of(request.officer, words=chosen.words)
    roots, page = rows_of_page(request, tree.roots)
    context = {
        "tree": tree,
        "branches": relay_tree.relay_branches(tree, roots),
        "page": page,
        "filter": chosen,
    }
    return render(request, "network/leads.html", context)


def lead_edit(request: HttpRequest, pk: uuid.UUID | None = None) -> HttpResponse:
    """Add a lead (no pk) or correct one; the standing link is shown when asked for."""
    lead = get_object_or_404(Lead.objects.visible_to(request.officer), pk=pk) if pk else None
    unit = lead.unit if lead else requested_unit(request)
    form = LeadForm(
        request.POST or None,
        unit=unit,
        officer=request.officer,
        lead=lead,
        initial=_lead_initial(lead),
    )
    was_erased = "asked_again" in request.POST
    if request.method == "POST" and form.is_valid():
        try:
            if lead:
                lead_actions.change_lead(lead.pk, form.entry(), by=request.officer)
            else:
                lead = lead_actions.add_lead(form.entry(), by=request.officer)
        except lead_actions.LeadsInCircle:
            form.add_error("above", _("This lead already stands above the one you chose"))
        except lead_actions.ErasedBefore as error:
            form.add_error("name", str(error.sentence))
            was_erased = True
        else:
            messages.success(request, _("Saved: %(name)s") % {"name": lead.name})
            return redirect("lead-edit", pk=lead.pk)
    context = {
        "form": form,
        "lead": lead,
        "unit": unit,
        "units": officer_units(request),
        "was_erased": was_erased,
    }
    return render(request, "network/lead_edit.html", context)


@require_POST
def lead_link_show(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The page of a lead with the standing link, which goes on record."""
    lead = get_object_or_404(Lead.objects.visible_to(request.officer), pk=pk)
    if lead.stopped_at:
        return redirect("lead-edit", pk=pk)
    form = LeadForm(
        None, unit=lead.unit, officer=request.officer, lead=lead, initial=_lead_initial(lead)
    )
    link = lead_actions.show_lead_link(pk, by=request.officer)
    context = {"form": form, "lead": lead, "unit": lead.unit, "link": link}
    return render(request, "network/lead_edit.html", context)


@require_POST
def lead_link(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """End the present link and start a new one."""
    get_object_or_404(Lead.objects.visible_to(request.officer), pk=pk)
    lead_actions.reissue_lead_link(pk, by=request.officer)
    messages.success(
        request, _("The old link opens nothing any more. Show the new one and give it to the lead.")
    )
    return redirect("lead-edit", pk=pk)


@require_POST
def lead_stop(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The lead no longer takes part, or does so again."""
    lead = get_object_or_404(Lead.objects.visible_to(request.officer), pk=pk)
    lead_actions.set_lead_stopped(lead.pk, stopped=lead.stopped_at is None, by=request.officer)
    return redirect("lead-edit", pk=pk)


def _lead_initial(lead: Lead | None) -> dict[str, object]:
    if lead is None:
        return {"language": "vi", "consented_on": times.local_date(times.now())}
    return {
        "name": lead.name,
        "position": lead.position,
        "above": lead.above_id,
        "language": lead.language,
        "consented_on": lead.consented_on,
        "groups": [group.pk for group in lead.groups.all()],
    }
