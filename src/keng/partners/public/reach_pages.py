"""How far a member's partner reached, and the links that are counted."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from keng.partners.actions.reach_acts import note_passed_on
from keng.partners.campaign_parts import commune_of_partner, communes_of_partner
from keng.partners.forms import PassedOnForm
from keng.partners.models import ReachDay
from keng.partners.public.deciding import see_other
from keng.partners.reach import PERIODS, passed_on_today, reach_of
from keng.partners.reach_links import reach_links

_USUAL_PERIOD = PERIODS[1]


@require_http_methods(["GET", "HEAD", "POST"])
def partner_reach(request: HttpRequest) -> HttpResponse:
    """By commune, by kind and by day, over the days that are chosen; what one says of today."""
    partner = request.member.partner
    places = communes_of_partner(partner)
    form = PassedOnForm(request.POST if request.method == "POST" else None, places=places)
    if form.is_bound and form.is_valid():
        note_passed_on(
            ReachDay.Kind(form.cleaned_data["kind"]),
            groups=form.cleaned_data["groups"],
            place=form.chosen_place(),
            by=request.member,
        )
        return see_other("partner-reach")
    days = _chosen_days(request.GET.get("days", ""))
    # A partner of one commune passes everything on there.
    code = places[0].code if len(places) == 1 else request.GET.get("place", "")
    place = commune_of_partner(partner, code) if code else None
    context = {
        "partner": partner,
        "reach": reach_of(partner, days),
        "days": days,
        "periods": PERIODS,
        "places": places,
        "place": place,
        "links": reach_links(partner, place),
        "form": form,
        "today": passed_on_today(partner),
    }
    return render(request, "partners/own/reach.html", context, status=422 if form.errors else 200)


def _chosen_days(typed: str) -> int:
    return int(typed) if typed in map(str, PERIODS) else _USUAL_PERIOD
