"""The pages of the periodic report: choose, look over, sign, and read what was signed."""

import datetime
import uuid
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keng.accounts.models import Post
from keng.accounts.presence import is_present
from keng.accounts.who import WORKING
from keng.acts.errors import NotAllowed, Refused
from keng.kit.ids import id_or_404
from keng.kit.list_filter import ListFilter, rows_with_words
from keng.kit.pagination import rows_of_page
from keng.kit.replica import read_replica
from keng.kit.sql_names import alphabetically
from keng.places.models import Unit
from keng.reports.models import Snapshot
from keng.reports.periodic import (
    boundaries,
    drafting,
    earlier,
    report_view,
    signing,
    spans,
    trend,
    whose_report,
)
from keng.reports.periodic.files.report_files import CONTENT_TYPES, write_report_file
from keng.reports.periodic.forms import PublishForm, SignForm
from keng.reports.periodic.identities import IdentityFinding
from keng.reports.periodic.whose_report import ReportAsk

_NAMED = 5


def reports(request: HttpRequest) -> HttpResponse:
    """Which report to look over, and what was signed."""
    units = whose_report.readable_units(request.officer)
    kind = request.GET.get("kind", "")
    kind = kind if kind in spans.SPAN_KINDS else "month"
    seen = Snapshot.objects.visible_to(request.officer).filter(replaced_by__isnull=True)
    chosen = ListFilter(request.GET, words_label=_("Unit"))
    signed, page = rows_of_page(
        request,
        rows_with_words(
            seen.select_related("unit").order_by("-until", alphabetically("unit__name"), "-pk"),
            chosen.words,
            "unit__name",
        ),
    )
    context = {
        "units": units,
        "kinds": spans.span_kind_labels(),
        "kind": kind,
        "spans": [(span, spans.span_label(span)) for span in spans.recent_spans(kind, 13)],
        "signed": [(each, report_view.label_of_span_code(each.span)) for each in signed],
        "page": page,
        "filter": chosen,
    }
    return render(request, "reports/periodic/list.html", context)


def report_draft(request: HttpRequest) -> HttpResponse:
    """The report as the figures are now; with a code it is signed."""
    ask = requested_report(request)
    if ask is None:
        return redirect("reports")
    form = SignForm(request.POST or None, initial={"boundaries": requested_boundaries(request)})
    if request.method == "POST" and form.is_valid():
        return _sign(request, ask, form)
    if request.method == "POST":
        return _draft_page(request, drafting.draft_report(ask), form)
    # Whoever signs signs what the primary counts: what is otherwise there is shown first.
    counted = read_replica(lambda: drafting.draft_report(ReportAsk(ask.scope, ask.span)))
    return _draft_page(request, counted.value, form, as_of=counted.as_of)


def requested_report(request: HttpRequest) -> ReportAsk | None:
    """The report that the address names, if this officer may read it."""
    span = spans.read_span(request.GET.get("span", ""))
    if span is None:
        return None
    unit = get_object_or_404(Unit, pk=id_or_404(request.GET.get("unit", "")))
    if not whose_report.may_read_report(request.officer, unit):
        raise Http404
    return ReportAsk(whose_report.scope_of_unit(unit), span)


def report_address(ask: ReportAsk, name: str = "report-draft", **more: str) -> str:
    """Where a report, or the list behind one of its figures, is."""
    query = {"unit": str(ask.scope.unit.pk), "span": ask.span.code, **more}
    return f"{reverse(name)}?{urlencode(query)}"


def signed_rows_address(signed: Snapshot) -> str:
    """Where the lists behind the figures of a signed report are; `line` names one of them."""
    return f"{reverse('report-rows')}?{urlencode({'signed': str(signed.pk)})}"


def requested_boundaries(request: HttpRequest) -> str:
    """In which boundaries the table of places is read."""
    wanted = request.GET.get("boundaries", "")
    return wanted if wanted == boundaries.OLD_BOUNDARIES else boundaries.NEW_BOUNDARIES


def _sign(request: HttpRequest, ask: ReportAsk, form: SignForm) -> HttpResponse:
    # Counted before anything is locked: looking at the code holds the officer until the end.
    counted = drafting.draft_report(ask)
    # What cannot be signed is said before the code is used up: the same code does not work twice.
    if not whose_report.may_sign_report(request.officer, ask.scope.unit) or not ask.span.is_over:
        return _draft_page(request, counted, SignForm())
    if form.cleaned_data["figures_hash"] != counted.hash.hex() or not counted.holds:
        return _draft_page(request, counted, SignForm(initial=form.cleaned_data), stale=True)
    if signing.newest_version(ask) is not None and not form.cleaned_data["reason"].strip():
        form.add_error("reason", signing.NoReason.sentence)
        return _draft_page(request, counted, form)
    if not is_present(request.officer, form):
        return _draft_page(request, counted, form)
    try:
        signed = signing.sign_report(
            ask,
            seen=counted.hash,
            by=request.officer,
            boundaries=form.cleaned_data["boundaries"],
            reason=form.cleaned_data["reason"],
            counted=counted,
        )
    except signing.NoReason as error:
        form.add_error("reason", error.sentence)
        return _draft_page(request, counted, form)
    except signing.CannotSign:
        again = drafting.draft_report(ReportAsk(ask.scope, ask.span))
        return _draft_page(request, again, SignForm(initial=form.cleaned_data), stale=True)
    messages.success(request, _("Signed. The figures stay as they are."))
    return redirect("report", pk=signed.pk)


def _draft_page(
    request: HttpRequest,
    found: drafting.ReportDraft,
    form: SignForm,
    *,
    stale: bool = False,
    as_of: datetime.datetime | None = None,
) -> HttpResponse:
    ask = found.ask
    kind = requested_boundaries(request)
    # A number, and a tip that does not agree, lead on for whoever may open a list of tips.
    lists = WORKING.includes(request.officer)
    wrong = drafting.tip_references(found.findings) if lists else {}
    refusals = [
        _refusal(ask, finding, {tip: wrong[tip] for tip in finding.tips if tip in wrong})
        for finding in found.findings
        if not finding.holds
    ]
    may_sign = whose_report.may_sign_report(request.officer, ask.scope.unit)
    last = earlier.lines_of_period_before(ask.scope.unit.pk, ask.span)
    context = {
        "ask": ask,
        "title": report_view.report_title(found.figures),
        "blocks": report_view.block_views(found.figures, found.findings, last),
        "identities": report_view.identity_rows(found.findings),
        "refusals": refusals,
        "units": report_view.unit_table(found.figures),
        "places": report_view.place_table(found.figures, kind),
        "boundaries": kind,
        "form": form,
        "stale": stale,
        "as_of": as_of,
        "hash": found.hash.hex(),
        "too_early": "" if ask.span.is_over else signing.SpanNotOver.sentence,
        "previous": found.previous,
        "newest": signing.newest_version(ask),
        "may_sign": may_sign,
        "signers": _signers(ask.scope.unit),
        "can_be_signed": may_sign and ask.span.is_over and found.holds,
        "here": report_address(ask),
        "list": report_address(ask, "report-rows") if lists else "",
    }
    status = 409 if stale else 422 if form.is_bound and form.errors else 200
    return render(request, "reports/periodic/draft.html", context, status=status)


def _refusal(
    ask: ReportAsk, finding: IdentityFinding, tips: dict[uuid.UUID, str]
) -> dict[str, object]:
    """What does not agree, in words, with the tips that keep it from agreeing."""
    return {
        "said": signing.DoesNotBalance(finding),
        "tips": list(tips.items())[:_NAMED],
        "more": len(tips) - _NAMED,
        "open": ngettext("Open that tip", "Open the %(n)s tips", len(tips)) % {"n": len(tips)},
        "url": report_address(ask, "report-rows", off=finding.code),
    }


def _signers(unit: Unit) -> str:
    if unit.kind == Unit.Kind.PROVINCE:
        return _("the coordinator or the commander of the province")
    return _("the commander of this desk")


def report(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A signed report, as it was signed."""
    return _report_page(request, visible_report(request, pk), PublishForm())


def _report_page(request: HttpRequest, signed: Snapshot, form: PublishForm) -> HttpResponse:
    versions = Snapshot.objects.filter(unit=signed.unit_id, span=signed.span).order_by("version")
    context = {
        "signed": signed,
        "role": Post.Role(signed.signer_role).label,
        "title": report_view.report_title(signed.figures),
        "blocks": report_view.block_views(signed.figures, last=_lines_of_last(signed)),
        "list": signed_rows_address(signed) if WORKING.includes(request.officer) else "",
        "identities": report_view.identity_rows(report_view.signed_findings(signed.figures)),
        "units": report_view.unit_table(signed.figures),
        "places": report_view.place_table(signed.figures, signed.boundaries),
        "boundaries": signed.boundaries,
        "hash": bytes(signed.figures_hash).hex(),
        "genuine": signing.is_genuine_report(signed),
        "versions": versions if len(versions) > 1 else [],
        "is_newest": versions.last() == signed,
        "public": signing.newest_public_version(signed),
        "form": form,
        "may_sign": whose_report.may_sign_report(request.officer, signed.unit),
        "may_publish": signing.may_publish_report(signed, request.officer),
        "files": [
            (name.upper(), reverse(f"report-{name}", args=[signed.pk])) for name in CONTENT_TYPES
        ],
        "draft_url": report_address(
            ReportAsk(whose_report.scope_of_unit(signed.unit), span_of_report(signed))
        ),
    }
    status = 422 if form.is_bound else 200
    return render(request, "reports/periodic/report.html", context, status=status)


def report_charts(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One page to print: this period beside two earlier ones, and the trend."""
    signed = visible_report(request, pk)
    last = _lines_of_last(signed)
    context = {
        "signed": signed,
        "title": report_view.report_title(signed.figures),
        "charts": trend.block_charts(signed, last),
        "trend": trend.trend_chart(signed),
        "has_last": last is not None,
    }
    return render(request, "reports/periodic/charts.html", context)


def report_download(request: HttpRequest, pk: uuid.UUID, extension: str) -> HttpResponse:
    """The signed report as a file."""
    signed = visible_report(request, pk)
    try:
        written = write_report_file(signed, extension)
    except Refused as error:
        messages.error(request, error.sentence)
        return redirect("report", pk=signed.pk)
    answer = HttpResponse(written, content_type=CONTENT_TYPES[extension])
    unit = slugify(signed.unit.short_name) or "keng"
    name = f"{unit}-{signed.span}-v{signed.version}.{extension}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
def report_publish(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Let everybody read it, without small counts."""
    signed = visible_report(request, pk)
    form = PublishForm(request.POST)
    if not form.is_valid():
        return _report_page(request, signed, form)
    try:
        signing.publish_report(signed.pk, by=request.officer, reason=form.cleaned_data["reason"])
    except signing.NoPublicReason as error:
        form.add_error("reason", error.sentence)
        return _report_page(request, signed, form)
    except (signing.CannotPublish, NotAllowed):
        messages.error(request, signing.CannotPublish.sentence)
    else:
        messages.success(request, _("Everybody can read it now, without small counts."))
    return redirect("report", pk=signed.pk)


def visible_report(request: HttpRequest, pk: uuid.UUID) -> Snapshot:
    """The signed report, if this officer may read it."""
    signed = Snapshot.objects.visible_to(request.officer).select_related("unit__parent", "replaces")
    return get_object_or_404(signed, pk=pk)


def _lines_of_last(signed: Snapshot) -> earlier.Lines | None:
    return earlier.lines_of_period_before(signed.unit_id, span_of_report(signed), signed.signed_at)


def span_of_report(signed: Snapshot) -> spans.Span:
    """The stretch of time that a signed report is about."""
    found = spans.read_span(signed.span)
    if found is None:
        raise Http404
    return found
