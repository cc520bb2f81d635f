"""The page that shows where the open tips are."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keng.accounts.middleware import SignedInRequest
from keng.inbox.by_place.tip_map import commune_of, tip_map
from keng.inbox.by_place.tips_by_place import tips_by_commune, tips_by_hamlet
from keng.inbox.search.search_forms import ELSEWHERE, NO_HAMLET


@require_safe
def tips_map(request: SignedInRequest) -> HttpResponse:
    """The map of the officer's communes; with ?place= the hamlets of one, as for a single one."""
    found = tips_by_commune(request.officer)
    asked = request.GET.get("place", "")
    commune = commune_of(found, asked)
    if asked and commune is None:
        raise Http404
    context = {
        "found": found,
        "map": None if asked else tip_map(found),
        "commune": commune,
        "hamlets": tips_by_hamlet(request.officer, commune) if commune else None,
        "has_many": len(found.places) > 1,
        "no_hamlet": NO_HAMLET,
        "elsewhere": ELSEWHERE,
    }
    return render(request, "inbox/by_place/map.html", context)
