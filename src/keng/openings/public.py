"""The public page: how often something sealed was opened, by month."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keng.kit.small_counts import FEWEST_SHOWN
from keng.openings.opening_history import opening_months


@require_GET
def opening_numbers(request: HttpRequest) -> HttpResponse:
    """Of the whole province; a number below five is not said."""
    rows = [
        {
            "first_day": month.first_day,
            "counts": [
                _shown(number)
                for number in (month.asked, month.refused, month.opened, month.emergencies)
            ],
        }
        for month in opening_months()
    ]
    return render(request, "openings/numbers.html", {"rows": rows})


def _shown(number: int) -> int | None:
    return number if number >= FEWEST_SHOWN else None
