"""The page of figures, and the list behind each of them."""

from typing import cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keng.accounts.models import Officer
from keng.accounts.who import COUNTING, PROVINCE_WORKING, WORKING
from keng.kit.ids import id_or_404
from keng.kit.replica import read_replica
from keng.reports.figures import dashboard_counts, definitions, lists
from keng.reports.figures.periods import Period, period_labels, period_of

_PER_PAGE = 50


def dashboard(request: HttpRequest) -> HttpResponse:
    """What came in, what became of it, and how far the warnings got."""
    chosen = period_of(request.GET.get("period", ""))
    lists = WORKING.includes(request.officer)
    counted = read_replica(lambda: _counted_figures(request.officer, chosen, lists=lists))
    context = {
        **counted.value,
        "as_of": counted.as_of,
        "period": chosen,
        "periods": period_labels(),
        "urls": _urls(chosen) if lists else {},
        "lists": lists,
        "reads_imported": lists,
        "reads_yearly_list": PROVINCE_WORKING.includes(request.officer),
    }
    return render(request, "reports/dashboard.html", context)


def _counted_figures(onlooker: Officer, chosen: Period, *, lists: bool) -> dict[str, object]:
    """Everything on the page that is counted, to the end."""
    officer = _onlooker(onlooker)
    tips = definitions.tips_in_period(officer, chosen)
    answers = dashboard_counts.waiting_times(tips)
    balance = dashboard_counts.tip_balance(officer, chosen)
    carriage = dashboard_counts.warning_reach(officer, chosen)
    return {
        "finding": _finding(answers),
        "balance": balance,
        "classes": _chart(balance.classes, chosen, lists=lists),
        "states": _chart(dashboard_counts.tips_by_state(tips), chosen, lists=lists),
        "categories": _chart(dashboard_counts.tips_by_category(tips), chosen, lists=lists),
        "places": _chart(dashboard_counts.tips_by_place(tips), chosen, lists=lists),
        "answers": answers,
        "stood_in_group": tips.filter(definitions.STOOD_IN_A_GROUP).count(),
        "carriage": carriage,
        "deliveries": [
            {
                "label": d.label,
                "value": d.count,
                "url": _rows_url(chosen, "deliveries", d.value) if lists else "",
            }
            for d in carriage.deliveries
        ],
        "imported": dashboard_counts.imported_in_period(officer, chosen),
        "money": dashboard_counts.incident_sums(officer, chosen),
    }


def _onlooker(officer: Officer) -> Officer:
    """Whose tips are counted: the officer's own ones, or those of the desks they audit.

    To an auditor no number leads to its list: there stands what residents wrote.
    """
    if WORKING.includes(officer):
        return officer
    return cast("Officer", COUNTING.unit_sight(officer))


def dashboard_list(request: HttpRequest) -> HttpResponse:
    """Exactly the tips that one number counted, newest first."""
    chosen = period_of(request.GET.get("period", ""))
    by, value = request.GET.get("by", ""), request.GET.get("value", "")
    tips = definitions.tips_behind_figure(request.officer, chosen, by, value)
    readable, total = definitions.readable_rows(tips, request.officer), tips.count()
    found, older = _page(request, readable.select_related("place"))
    context = {
        "period": chosen,
        "rows": found,
        "total": total,
        "in_no_row": total - readable.count(),
        "older_url": older,
    }
    return render(request, "reports/tip_list.html", context)


def dashboard_rows(request: HttpRequest, of: str) -> HttpResponse:
    """Exactly the warnings, deliveries, groups or incidents that one number counted or added up."""
    chosen = period_of(request.GET.get("period", ""))
    listed = lists.FIGURE_LISTS[of]
    value = request.GET.get("value", "")
    behind = listed.rows(request.officer, chosen, value)
    found, older = _page(request, behind)
    total = behind.count()
    heads = listed.heads()
    context = {
        "period": chosen,
        "title": listed.title(value),
        "heads": heads,
        "counts": listed.counts,
        "items": lists.rows_with_heads(heads, listed.items(found, request.officer)),
        "total": total,
        "amount": listed.amount(behind, value) if listed.amount else total,
        "unit": "đ" if value in lists.IN_DONG else "",
        "older_url": older,
    }
    return render(request, "reports/rows.html", context)


def _page(request, found):
    """One page, newest first, and the address of the next one if there is any."""
    before = request.GET.get("before", "")
    if before:
        found = found.filter(id__lt=id_or_404(before))
    page = list(found.order_by("-id")[: _PER_PAGE + 1])
    if len(page) <= _PER_PAGE:
        return page, ""
    kept = {name: request.GET.get(name, "") for name in ("period", "by", "value")}
    page = page[:_PER_PAGE]
    return page, f"?{urlencode({k: v for k, v in kept.items() if v} | {'before': page[-1].id})}"


def _chart(
    lines: list[dashboard_counts.FigureRow], chosen: Period, *, lists: bool
) -> dict[str, object]:
    rows = [
        {
            "label": x.label,
            "value": x.count,
            # Nothing has no list to lead to.
            "url": _list_url(chosen, x.by, x.value) if x.count and lists else "",
        }
        for x in lines
    ]
    counts = [x.count for x in lines]
    return {"rows": rows, "maximum": max(counts, default=0), "total": sum(counts)}


def _list_url(chosen: Period, by: str, value: str) -> str:
    query = urlencode({"period": chosen.code, "by": by, "value": value})
    return f"{reverse('dashboard-list')}?{query}"


def _rows_url(chosen: Period, of: str, value: str = "") -> str:
    query = {"period": chosen.code} | ({"value": value} if value else {})
    return f"{reverse(f'dashboard-{of}')}?{urlencode(query)}"


def _urls(chosen: Period) -> dict[str, str]:
    """Where the numbers lead that stand in no table of their own."""
    return {
        "owed": _list_url(chosen, "", ""),
        "received": _list_url(chosen, "arrival", "received"),
        "carried_over": _list_url(chosen, "arrival", "carried_over"),
        "answered": _list_url(chosen, "answer", "given"),
        "waiting": _list_url(chosen, "answer", "waiting"),
        "stood_in_group": _list_url(chosen, "exposure", "group"),
        "warnings": _rows_url(chosen, "warnings"),
        "incidents": _rows_url(chosen, "incidents"),
        **{step: _rows_url(chosen, "relays", step) for step in definitions.RELAY_STEPS},
        **{name: _rows_url(chosen, "incidents", name) for name in definitions.INCIDENT_SUMS},
    }


def _finding(answers: dashboard_counts.WaitingTimes) -> str:
    """The page's title says what was found, not what it is about."""
    if not answers.answered and not answers.waiting:
        return _("No tip came in during this time")
    if not answers.waiting:
        return _("Every reporter has an answer")
    return ngettext(
        "%(count)s reporter still waits for an answer",
        "%(count)s reporters still wait for an answer",
        answers.waiting,
    ) % {"count": answers.waiting}
