"""What everybody may read: the newest month that was made public."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from keng.reports.models import PublicReport
from keng.reports.periodic import lines, names, public_figures, shown
from keng.reports.promises import PROMISES


def results(request: HttpRequest) -> HttpResponse:
    """Plain counts of what came in and what came of it; small ones are left out."""
    newest = PublicReport.objects.order_by("-span", "-published_at").first()
    context: dict[str, Any] = {"shown": None}
    if newest is not None:
        context = {
            "shown": newest.figures,
            "span": shown.span_label(newest.span),
            "published_at": newest.published_at,
            "blocks": _blocks(newest.figures),
            "promises": PROMISES,
        }
    return render(request, "reports/periodic/public.html", context)


def _blocks(figures: dict[str, Any]) -> list[dict[str, Any]]:
    labels, titles = names.line_labels(), names.block_labels()
    found = []
    for number, keys in public_figures.LINES.items():
        rows = [
            (labels[key], shown.worded(figures["lines"].get(key), lines.BY_KEY[key].unit))
            for key in keys
        ]
        found.append({"label": titles[number], "rows": rows})
    return found
