"""The list behind each figure of a report, and behind what does not agree."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from keng.delivery.models import Delivery, RelayTask
from keng.kit.ids import id_or_404
from keng.network.models import Group
from keng.reports.figures import lists
from keng.reports.figures.definitions import readable_rows
from keng.reports.models import Snapshot
from keng.reports.periodic import blocks, drafting, report_labels, spans, whose_report
from keng.reports.periodic.desk.pages import (
    report_address,
    requested_report,
    span_of_report,
    visible_report,
)
from keng.reports.periodic.whose_report import ReportAsk
from keng.tips.models import Decision, Incident, Tip
from keng.warnings.models import Warning

_PER_PAGE = 50
_KINDS: dict[type, str] = {
    Warning: "warnings",
    Delivery: "deliveries",
    RelayTask: "relays",
    Incident: "incidents",
}


def report_rows(request: HttpRequest) -> HttpResponse:
    """Exactly what one figure counts, newest first; only rows this officer may open.

    Of a signed report it is counted anew: what was decided since may have changed it, and the page
    says how many it was then.
    """
    signed = _requested_signed(request)
    ask = _ask_of(signed) if signed else requested_report(request)
    if ask is None:
        return redirect("reports")
    off = request.GET.get("off", "")
    if off and signed is None:
        frame = _frame(ask, _("Tips that do not agree"))
        return _tip_rows(request, _tips_off(ask, off), frame)
    line = blocks.LINES_BY_KEY.get(request.GET.get("line", ""))
    if line is None or line.rows is None:
        raise Http404
    frame = _frame(ask, report_labels.line_labels()[line.key], signed, line.key)
    found = line.rows(ask)
    if found.model is Decision:
        found = Tip.objects.filter(pk__in=found.values("tip"))
    if found.model is Tip:
        return _tip_rows(request, found, frame)
    return _other_rows(request, found, frame)


def _requested_signed(request: HttpRequest) -> Snapshot | None:
    wanted = request.GET.get("signed", "")
    return visible_report(request, id_or_404(wanted)) if wanted else None


def _ask_of(signed: Snapshot) -> ReportAsk:
    return ReportAsk(whose_report.scope_of_unit(signed.unit), span_of_report(signed))


def _tips_off(ask: ReportAsk, code: str) -> QuerySet[Tip]:
    findings = drafting.draft_report(ask).findings
    wrong = [tip for finding in findings if finding.code == code for tip in finding.tips]
    return Tip.objects.filter(pk__in=wrong)


def _tip_rows(request: HttpRequest, found: QuerySet[Tip], frame: dict[str, Any]) -> HttpResponse:
    # The report looks through the unit's eyes; whoever opens it looks through their own.
    tips = Tip.objects.listed_for(request.officer).filter(pk__in=found.values("pk"))
    readable, total = readable_rows(tips, request.officer), tips.count()
    page, older = _page(request, readable.select_related("place"))
    in_no_row = total - readable.count()
    context = {"rows": page, "total": total, "in_no_row": in_no_row, "older_url": older}
    return render(request, "reports/periodic/tips.html", context | frame)


def _other_rows(request: HttpRequest, found: QuerySet[Any], frame: dict[str, Any]) -> HttpResponse:
    page, older = _page(request, found)
    if found.model is Group:
        heads: tuple[str, ...] = (_("Group"), _("Members"), _("Place"))
        items = [
            lists.ListItem(
                g.created_at,
                g.name,
                reverse("group-edit", args=[g.pk]),
                (g.member_count, g.place.full_name),
            )
            for g in page
        ]
        counts = False
    else:
        listed = lists.FIGURE_LISTS[_KINDS[found.model]]
        heads, counts = listed.heads(), listed.counts
        items = listed.items(page, request.officer)
    context = {
        "heads": heads,
        "items": lists.rows_with_heads(heads, items),
        "counts": counts,
        "amount": found.count(),
        "older_url": older,
    }
    return render(request, "reports/periodic/rows.html", context | frame)


def _frame(
    ask: ReportAsk, label: str, signed: Snapshot | None = None, key: str = ""
) -> dict[str, Any]:
    """What stands around a list: which figure it is, and of a signed report what was signed."""
    frame: dict[str, Any] = {"label": label, "span": spans.span_label(ask.span)}
    if signed is None:
        return frame | {"back": report_address(ask)}
    back = reverse("report", args=[signed.pk])
    return frame | {
        "back": back,
        "signed": signed,
        "figure": signed.figures["lines"].get(key, [0])[0] or 0,
    }


def _page(request: HttpRequest, found: QuerySet[Any]) -> tuple[list[Any], str]:
    if before := request.GET.get("before", ""):
        found = found.filter(pk__lt=id_or_404(before))
    page = list(found.order_by("-pk")[: _PER_PAGE + 1])
    if len(page) <= _PER_PAGE:
        return page, ""
    query = request.GET.copy()
    query["before"] = str(page[_PER_PAGE - 1].pk)
    return page[:_PER_PAGE], f"?{query.urlencode()}"
