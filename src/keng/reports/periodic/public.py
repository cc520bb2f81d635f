"""What everybody may read: the months that were made public, each with all its versions."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from keng.reports.models import PublicReport
from keng.reports.periodic import blocks, drafting, public_figures, report_labels, report_view
from keng.reports.promises import PROMISES

_MONTHS = 24


def results(request: HttpRequest, span: str = "", version: int = 0) -> HttpResponse:
    """Plain counts of what came in and what came of it; small ones are left out.

    Without a month the newest one. A version that was replaced stays readable and says so.
    """
    found = _in_force().filter(span=span).first() if span else _in_force().first()
    if version and found:
        versions = PublicReport.objects.filter(unit=found.unit_id, span=found.span)
        found = versions.filter(version=version).first()
    if found is None and span:
        raise Http404
    context = _context(found) if found else {"shown": None}
    return render(request, "reports/periodic/public.html", context)


def _in_force() -> QuerySet[PublicReport]:
    """The newest version of each month, the newest month first."""
    return PublicReport.objects.filter(replaced_by__isnull=True).order_by("-span", "-published_at")


def _context(found: PublicReport) -> dict[str, Any]:
    of_month = PublicReport.objects.filter(unit=found.unit_id, span=found.span)
    versions = list(of_month.order_by("-version"))
    months = _in_force().filter(unit=found.unit_id).values_list("span", flat=True)[:_MONTHS]
    return {
        "shown": found.figures,
        "span": report_view.label_of_span_code(found.span),
        "report": found,
        "hash": _hash(found),
        "now": versions[0] if versions[0] != found else None,
        "versions": [(each, _hash(each)) for each in versions],
        "months": [
            (span, report_view.label_of_span_code(span)) for span in months if span != found.span
        ],
        "in_short": _in_short(found.figures["lines"]),
        "blocks": _blocks(found.figures),
        # A month that was published before anything could be imported goes without it.
        "imported": found.figures.get("imported"),
        "promises": PROMISES,
    }


def _in_short(lines: dict[str, Any]) -> list[str]:
    """The month in plain sentences, of what is said in the tables below and is not nothing."""
    sentences = [
        (_("%(n)s reports came in."), lines.get("received"), ""),
        (_("Of %(n)s the police could make use."), lines.get("of_value"), ""),
        (_("%(n)s were cleared up."), lines.get("ended_solved"), ""),
        (_("In %(n)s cases something was prevented."), lines.get("ended_prevented"), ""),
        (_("%(n)s became warnings for everybody."), lines.get("ended_warned"), ""),
        (
            _("%(n)s were handed over to whoever is responsible."),
            lines.get("ended_handed_over"),
            "",
        ),
        (
            _("Half of those answered had their answer within %(n)s."),
            lines.get("half_answered_within"),
            "seconds",
        ),
    ]
    return [
        words % {"n": report_view.figure_words(figure, unit)}
        for words, figure, unit in sentences
        if isinstance(figure, int) and figure
    ]


def _hash(report: PublicReport) -> str:
    return drafting.hash_figures(report.figures).hex()


def _blocks(shown_figures: dict[str, Any]) -> list[dict[str, Any]]:
    labels, titles = report_labels.line_labels(), report_labels.block_labels()
    found = []
    for number, keys in public_figures.PUBLIC_LINES.items():
        rows = [
            (
                report_view.full_label(labels[key], is_part=blocks.LINES_BY_KEY[key].is_part),
                report_view.figure_words(
                    shown_figures["lines"][key], blocks.LINES_BY_KEY[key].unit
                ),
            )
            for key in keys
            # A month that was published before a line was thought of goes without it.
            if key in shown_figures["lines"]
        ]
        found.append({"label": titles[number], "rows": rows})
    return found
