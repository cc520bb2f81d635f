"""A campaign as everybody reads it and takes part, and its coverage as its partner reads it."""

import contextlib
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from keng.acts.errors import TooLate
from keng.limits.shared import SharedLimit
from keng.partners.actions.campaign_acts import note_campaign_share, take_part_in_campaign
from keng.partners.campaign_coverage import coverage_of
from keng.partners.campaign_forms import CampaignShareForm, TakePartForm
from keng.partners.campaign_parts import CampaignReading, read_campaign
from keng.partners.models import Manuscript
from keng.partners.public.deciding import see_other

# A school or a meeting has one network: from half of this on its phones do a small sum, and each of
# them weighs a quarter. What is beyond its pace is thanked and not counted, as with lessons.
take_part_limit = SharedLimit("campaign taken part in", at_once=40, pause=30.0)


@require_http_methods(["GET", "HEAD", "POST"])
def campaign(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What it is, what belongs to it, and the pledge."""
    found = get_object_or_404(Manuscript.objects.public_campaigns(), pk=pk)
    reading = read_campaign(found.content)
    form = _take_part_form(request, reading)
    if form is not None and form.is_bound and form.is_valid():
        _take_part(request, found, form.cleaned_data)
        answer = redirect(f"{request.path}?counted")
        answer.status_code = 303
        return answer
    context = {
        "campaign": found,
        "partner": found.partner,
        "reading": reading,
        "form": form,
        "is_counted": "counted" in request.GET,
        "coverage": coverage_of(found, reading) if reading.content.pledge else None,
        "puzzle": take_part_limit.puzzle(request) if form else "",
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "partners/campaign.html", context, status=status)


def _take_part_form(request: HttpRequest, reading: CampaignReading) -> TakePartForm | None:
    """None outside its days, and where there is nothing that could be counted."""
    lessons = reading.lesson_choices
    if not reading.content.is_running or not (reading.content.pledge or lessons):
        return None
    return TakePartForm(
        request.POST if request.method == "POST" else None,
        places=reading.places,
        lessons=lessons,
        has_pledge=bool(reading.content.pledge),
    )


def _take_part(request: HttpRequest, found: Manuscript, given: dict[str, Any]) -> None:
    if take_part_limit.seconds_to_wait(request):
        return
    with contextlib.suppress(TooLate):
        take_part_in_campaign(
            found.pk,
            uuid.UUID(given["place"]),
            pledged=given.get("pledges", False),
            finished=int(bool(given.get("lessons"))),
        )


@require_http_methods(["GET", "HEAD", "POST"])
def campaign_coverage(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Commune by commune, for the partner's own people; where they passed it on."""
    member = request.member
    own = Manuscript.objects.ever_released().filter(
        kind=Manuscript.Kind.CAMPAIGN, partner_id=member.partner_id
    )
    found = get_object_or_404(own, pk=pk)
    reading = read_campaign(found.content)
    counts = found.is_released and reading.content.is_running
    form = CampaignShareForm(
        request.POST if request.method == "POST" and counts else None, places=reading.places
    )
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        with contextlib.suppress(TooLate):
            note_campaign_share(pk, uuid.UUID(given["place"]), groups=given["groups"], by=member)
        return see_other("campaign-coverage", pk)
    context = {
        "partner": member.partner,
        "text": found,
        "reading": reading,
        "coverage": coverage_of(found, reading),
        "form": form if counts else None,
    }
    status = 422 if form.errors else 200
    return render(request, "partners/own/coverage.html", context, status=status)
