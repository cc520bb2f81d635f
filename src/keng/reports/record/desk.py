"""The auditor's page. It lies here and not in audit, which knows neither officers nor tips."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keng.audit.models import Entry
from keng.kit.cursors import closed_cursor, opened_cursor
from keng.kit.ids import read_id
from keng.reports.record import acts, queries

_SIZE = 50


@require_GET
def audit(request: HttpRequest) -> HttpResponse:
    """Who did what, looked at what, and why; and whether the record is whole."""
    units = queries.audited_units(request.officer)
    if not units:
        raise Http404
    known = queries.entries(request.officer, units)
    chosen = {name: request.GET.get(name, "").strip() for name in ("officer", "action", "thing")}
    rows = queries.page(
        queries.narrowed(known, **chosen),
        read_id(opened_cursor(request.GET.get("before", ""))),
        _SIZE,
    )
    more = len(rows) > _SIZE
    rows = rows[:_SIZE]
    actions = list(known.order_by().values_list("action", flat=True).distinct())
    context = {
        "rows": queries.dressed(rows, request.officer),
        "state": queries.state(units, check=request.GET.get("check") == "1"),
        "officers": queries.actors(known),
        "actions": sorted((acts.act_words(code), code) for code in actions),
        "chosen": chosen,
        "older_url": _older(chosen, rows[-1]) if more else "",
        "rates": queries.out_of_scope_rates(request.officer, units),
    }
    return render(request, "reports/audit.html", context)


def _older(chosen: dict[str, str], last: Entry) -> str:
    return f"?{urlencode(chosen | {'before': closed_cursor(str(last.pk))})}"
