"""The auditor's page. It lies here and not in audit, which knows neither officers nor tips."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from keng.accounts.middleware import SignedInRequest
from keng.audit.models import Entry
from keng.audit_page import act_words, choices, entries
from keng.audit_page.chain_state import chain_state
from keng.kit.cursors import closed_cursor, opened_cursor
from keng.kit.ids import read_id
from keng.public_log.standing import witnessed_windows

_SIZE = 50


@require_GET
def audit(request: SignedInRequest) -> HttpResponse:
    """Who did what, looked at what, and why; and whether the record is whole.

    Asked by a script, only how far the record was read again.
    """
    units = entries.audited_units(request.officer)
    if not units:
        raise Http404
    known = entries.entries_of_units(request.officer, units)
    state = chain_state(units, known, check=request.GET.get("check", ""))
    if request.htmx:
        return render(request, "audit_page/reading.html", {"state": state})
    chosen = {name: request.GET.get(name, "").strip() for name in ("officer", "action", "thing")}
    rows = entries.page_of_entries(
        entries.filtered_entries(known, **chosen),
        read_id(opened_cursor(request.GET.get("before", ""))),
        _SIZE,
    )
    more = len(rows) > _SIZE
    rows = rows[:_SIZE]
    chains = entries.chains_of_units(units)
    hides = entries.hides_entries(request.officer)
    actions = choices.actions_in_entries(chains, known, hides=hides)
    context = {
        "rows": entries.entry_rows(rows, request.officer),
        "state": state,
        "officers": choices.officers_in_entries(chains, known, hides=hides),
        "actions": sorted((act_words.act_words(code), code) for code in actions),
        "chosen": chosen,
        "older_url": _older(chosen, rows[-1]) if more else "",
        "windows": witnessed_windows(chains),
        "rates": entries.out_of_scope_rates(request.officer, units),
    }
    return render(request, "audit_page/audit.html", context)


def _older(chosen: dict[str, str], last: Entry) -> str:
    return f"?{urlencode(chosen | {'before': closed_cursor(str(last.pk))})}"
