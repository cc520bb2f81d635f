"""The public page: what the machine suggests, what it never decides, how often officers agreed."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from keng.language.taxonomy import category_label
from keng.reports.models import MachineMonth
from keng.reports.periodic.report_view import label_of_span_code

_MONTHS = 12


def machine(request: HttpRequest, span: str = "") -> HttpResponse:
    """One month by category, the newest if none is named, and the share of the last months."""
    months = list(MachineMonth.objects.order_by("-span", "unit")[:_MONTHS])
    shown = next((each for each in months if span in ("", each.span)), None)
    if shown is None and span:
        raise Http404
    context = {
        "shown": shown,
        "span": label_of_span_code(shown.span) if shown else "",
        "lines": _lines(shown.figures) if shown else [],
        "months": [
            (each.span, label_of_span_code(each.span), each.figures["share"]) for each in months
        ],
    }
    return render(request, "reports/machine.html", context)


def _lines(figures: dict[str, Any]) -> list[tuple[str, int | None, int | None]]:
    """The categories of which at least five decisions fell one way, the most frequent first."""
    language = get_language() or "vi"
    told = [line for line in figures["lines"] if line[1] is not None or line[2] is not None]
    told.sort(key=lambda line: -((line[1] or 0) + (line[2] or 0)))
    return [(category_label(code, language), so, other) for code, so, other in told]
