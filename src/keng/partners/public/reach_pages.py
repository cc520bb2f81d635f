"""How far a member's partner reached, and the links that are counted."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keng.partners.campaign_parts import commune_of_partner, communes_of_partner
from keng.partners.reach import PERIODS, reach_of
from keng.partners.reach_links import reach_links

_USUAL_PERIOD = PERIODS[1]


@require_GET
def partner_reach(request: HttpRequest) -> HttpResponse:
    """By commune, by kind and by day, over the days that are chosen."""
    partner = request.member.partner
    days = _chosen_days(request.GET.get("days", ""))
    places = communes_of_partner(partner)
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
    }
    return render(request, "partners/own/reach.html", context)


def _chosen_days(typed: str) -> int:
    return int(typed) if typed in map(str, PERIODS) else _USUAL_PERIOD
