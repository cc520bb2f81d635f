"""Pledge campaigns on the desk: the list, opening one, links for teachers, participation."""

import uuid

from django.contrib import messages
from django.db.models.fields.json import KT
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.lessons import pledge_queries, rights
from keng.lessons.actions import pledge_acts
from keng.lessons.desk.deciding import decide_text, decision_context
from keng.lessons.models import Campaign, SchoolClass
from keng.lessons.pledge_forms import CampaignForm
from keng.lessons.schools import schools_of


@require_GET
def pledges(request: HttpRequest) -> HttpResponse:
    """Every campaign with its counts."""
    chosen = ListFilter(request.GET)
    seen = pledge_queries.desk_campaigns(request.officer)
    campaigns, page = rows_of_page(
        request, rows_with_words(seen, chosen.words, KT("texts__vi__title"))
    )
    context = {
        "campaigns": campaigns,
        "filter": chosen,
        "page": page,
        "may_write": rights.unit_to_write_for(request.officer) is not None,
    }
    return render(request, "lessons/desk/campaigns.html", context)


@require_http_methods(["GET", "POST"])
def pledge_new(request: HttpRequest) -> HttpResponse:
    """What is pledged, when, and in which schools."""
    unit = rights.unit_to_write_for(request.officer)
    if unit is None:
        return redirect("pledges")
    form = CampaignForm(
        request.POST if request.method == "POST" else None, schools=schools_of(unit)
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made = pledge_acts.open_campaign(
            form.texts(),
            purpose=given["purpose"],
            days=(given["starts_on"], given["ends_on"]),
            schools=given["schools"],
            by=request.officer,
        )
        messages.success(request, _("Written: a second person publishes it."))
        return redirect("pledge", pk=made.pk)
    return render(
        request,
        "lessons/desk/campaign_new.html",
        {"form": form},
        status=422 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
def pledge(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One campaign: who takes part, the links to hand out, and the second person's look."""
    visible = Campaign.objects.visible_to(request.officer)
    found = get_object_or_404(visible.select_related("unit", "made_by", "released_by"), pk=pk)
    panel = decide_text(request, found)
    if isinstance(panel, HttpResponse):
        return panel
    schools = pledge_queries.rows_by_school(found)
    context = decision_context(request, panel) | {
        "campaign": found,
        "schools": schools,
        "communes": pledge_queries.rows_by_commune(schools),
        "may_write": rights.may_end_text(request.officer, found),
    }
    return render(request, "lessons/desk/campaign.html", context, status=panel.status)


@require_POST
def pledge_link(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Another link for one class."""
    visible = SchoolClass.objects.visible_to(request.officer)
    found = get_object_or_404(visible, pk=pk)
    pledge_acts.renew_class_link(pk, by=request.officer)
    messages.success(request, _("The old link opens nothing any more. Hand out the new one."))
    return redirect("pledge", pk=found.campaign_id)
