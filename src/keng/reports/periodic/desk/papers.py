"""The page on which an office fills in what stands around a signed report on paper."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from keng.reports.periodic import paper, report_view, whose_report
from keng.reports.periodic.desk.pages import visible_report
from keng.reports.periodic.files.printed import letterhead_of
from keng.reports.periodic.forms import PaperForm


def report_paper(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Number, place, recipients and signature block, and how they will stand."""
    signed = visible_report(request, pk)
    if not whose_report.may_sign_report(request.officer, signed.unit):
        raise Http404
    now = paper.paper_of_report(signed)
    told = {name: getattr(now, name) for name in paper.PAPER_FIELDS}
    form = PaperForm(request.POST or None, initial=told)
    if request.method == "POST" and form.is_valid():
        paper.write_paper(signed.pk, wanted=form.cleaned_data, by=request.officer)
        messages.success(request, _("Kept. The files carry it from now on."))
        return redirect("report-paper", pk=signed.pk)
    context = {
        "signed": signed,
        "title": report_view.report_title(signed.figures),
        "form": form,
        "head": letterhead_of(signed, now),
    }
    status = 422 if form.is_bound else 200
    return render(request, "reports/periodic/paper.html", context, status=status)
