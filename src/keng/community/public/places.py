"""The page of a place: which desk serves it, and what is warned of there."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from keng.community.promises import PROMISES
from keng.places import near, serving
from keng.places.models import Unit
from keng.places.search import current, find
from keng.warnings.queries import current_for


def places(request: HttpRequest) -> HttpResponse:
    """Find the page of a place by name."""
    query = request.GET.get("q", "").strip()[:120]
    found = find(query, province_code=_our_province(), limit=20) if query else []
    rows = [
        (
            place,
            match.province,
            match.was.full_name if match.was else ", ".join(match.old_names[:4]),
        )
        for match in found
        for place in (match.split_into or [match.place])
    ]
    return render(
        request, "community/places.html",
        {
            "query": query, "rows": rows, "promises": PROMISES,
            "only_alike": any(match.only_alike for match in found),
        },
    )  # fmt: skip


def place(request: HttpRequest, code: str) -> HttpResponse:
    """The page of a commune or province of today."""
    found = current(code)
    if found is None:
        raise Http404
    try:
        unit = serving.unit_for(found)
    except Unit.DoesNotExist as error:
        raise Http404 from error
    return render(
        request, "community/place.html",
        {
            "place": found, "unit": unit, "above": serving.above(unit),
            "is_nearest": unit.kind == Unit.Kind.COMMUNE,
            "warnings": current_for("", found, limit=10), "promises": PROMISES,
            "is_near": request.COOKIES.get(near.COOKIE) == found.code,
        },
    )  # fmt: skip


@require_POST
def choose_near(request: HttpRequest) -> HttpResponse:
    """Show the warnings of a place first in this browser, or of none again."""
    found = current(request.POST.get("code", "")[:20])
    response = redirect("home")
    response.status_code = 303
    if found is None:
        near.forget(response)
    else:
        near.remember(response, found)
    return response


def _our_province() -> str | None:
    try:
        return serving.first_province_unit().province_code
    except Unit.DoesNotExist:
        return None
