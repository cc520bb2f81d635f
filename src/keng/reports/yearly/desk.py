"""The page of the yearly list, to read and to print."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from keng.accounts.middleware import SignedInRequest
from keng.kit.replica import read_replica
from keng.reports.yearly.measures import MEASURES
from keng.reports.yearly.place_list import last_year, yearly_list_of


@require_safe
def yearly_list(request: SignedInRequest) -> HttpResponse:
    """What worked where in the past calendar year; `worked` shows only where one measure did."""
    counted = read_replica(lambda: yearly_list_of(request.officer, last_year()))
    listed = counted.value
    chosen = request.GET.get("worked", "")
    shown = next((measure for measure in MEASURES if measure.key == chosen), None)
    context = {
        "listed": listed,
        "as_of": counted.as_of,
        "rows": listed.rows_where_worked(chosen),
        "shown": shown,
        "measures": MEASURES,
    }
    return render(request, "reports/yearly_list.html", context)
