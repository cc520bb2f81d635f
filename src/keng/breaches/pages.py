"""For data protection and its second people: incidents of data, the form, and the register."""

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.vouching import tied_to
from keng.accounts.who import AGREEING_TO_WAIVERS, READING_BREACHES, RECORDING_BREACHES
from keng.acts.errors import Refused
from keng.breaches import recording, register
from keng.breaches.authority_form import AuthorityForm, form_of
from keng.breaches.counts import to_next_ten
from keng.breaches.form_files import form_that_went, write_form_docx, write_form_pdf
from keng.breaches.forms import (
    AssessForm,
    BreachForm,
    BreachNoticeForm,
    CloseBreachForm,
    FilingForm,
    WaiverForm,
)
from keng.breaches.models import Breach, BreachQuerySet, BreachWaiver
from keng.breaches.telling import reporter_notice
from keng.kit.forms import Form
from keng.kit.pagination import rows_of_page
from keng.reports.periodic.files.report_files import CONTENT_TYPES

_WRITERS = {"docx": write_form_docx, "pdf": write_form_pdf}


@require_GET
def breaches(request: SignedInRequest) -> HttpResponse:
    """Every incident of the own province, those whose clock runs first."""
    seen = _seen(request)
    running = list(seen.with_clock().order_by("detected_at", "id"))
    rest = seen.exclude(pk__in=[each.pk for each in running]).order_by("-detected_at", "-id")
    rows, page = rows_of_page(request, rest)
    context = {
        "running": running,
        "rest": rows,
        "page": page,
        "may_record": RECORDING_BREACHES.includes(request.officer),
    }
    return render(request, "breaches/breaches.html", context)


@require_http_methods(["GET", "POST"])
def breach_new(request: SignedInRequest) -> HttpResponse:
    """Begin the record: the clock runs."""
    form = BreachForm(request.POST or None, units=RECORDING_BREACHES.own_units(request.officer))
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        breach = recording.record_breach(
            given["unit"].pk,
            kind=given["kind"],
            words=given["words"],
            detected_at=given["detected_at"],
            began_at=given["began_at"],
            by=request.officer,
        )
        messages.success(request, _("Recorded. The clock runs."))
        return redirect("breach-assess", breach.pk)
    status = 422 if form.errors else 200
    return render(request, "breaches/breach_new.html", {"form": form}, status=status)


@require_GET
def breach(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What is known, what is to be done, and who was told."""
    return _breach_page(request, _one(request, pk), {})


@require_http_methods(["GET", "POST"])
def breach_assess(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What was reached and how bad it may become."""
    found = _one(request, pk)
    known = {"reached": found.reached, "measures": found.measures, **found.harm}
    form = AssessForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        return _do(
            request,
            found,
            lambda: recording.assess_breach(
                found.pk,
                reached=form.cleaned_data["reached"],
                harm=form.harm,
                measures=form.cleaned_data["measures"],
                by=request.officer,
            ),
            _("Rated."),
        )
    has_waiver = found.waivers.filter(refused_at=None).exists()
    context = {"form": form, "breach": found, "has_waiver": has_waiver}
    status = 422 if form.errors else 200
    return render(request, "breaches/breach_assess.html", context, status=status)


@require_GET
def breach_form(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The form for the authority as it would go now, to be printed."""
    found = _one(request, pk)
    context = {"breach": found, "form": _wanted_form(request, found)}
    return render(request, "breaches/breach_form.html", context)


@require_GET
def breach_form_file(request: SignedInRequest, pk: uuid.UUID, extension: str) -> HttpResponse:
    """The same as a file."""
    found = _one(request, pk)
    try:
        written = _WRITERS[extension](_wanted_form(request, found))
    except Refused as error:
        messages.warning(request, str(error.sentence))
        return redirect("breach-form", found.pk)
    answer = HttpResponse(written, content_type=CONTENT_TYPES[extension])
    name = f"{found.detected_at:%Y-%m-%d}.{extension}"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@require_POST
def breach_file(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """That it went to the authority."""
    found = _one(request, pk)
    form = FilingForm(request.POST, breach=found)
    if not form.is_valid():
        return _breach_page(request, found, {"filing_form": form})
    return _do(
        request,
        found,
        lambda: recording.note_filing(found.pk, **form.cleaned_data, by=request.officer),
        _("Noted. The form as it went stays with the record."),
    )


@require_POST
def breach_waive(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Propose that the authority is not notified."""
    found = _one(request, pk)
    form = WaiverForm(request.POST)
    if not form.is_valid():
        return _breach_page(request, found, {"waiver_form": form})
    return _do(
        request,
        found,
        lambda: recording.ask_waiver(found.pk, **form.cleaned_data, by=request.officer),
        _("Proposed. The clock goes on until somebody else has agreed."),
    )


@require_POST
def waiver_decide(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person agrees or refuses."""
    waiver = BreachWaiver.objects.filter(breach__in=_seen(request), pk=pk).first()
    if waiver is None:
        raise Http404
    is_agreed = request.POST.get("agreed") == "1"
    words = _("Agreed: the authority is not notified.") if is_agreed else _("Refused: it is to be.")
    return _do(
        request,
        waiver.breach,
        lambda: recording.decide_on_waiver(pk, is_agreed=is_agreed, by=request.officer),
        words,
    )


@require_POST
def breach_tell(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Have reporters told."""
    found = _one(request, pk)
    form = BreachNoticeForm(request.POST)
    if not form.is_valid():
        return _breach_page(request, found, {"notice_form": form})
    since, until = form.span
    return _do(
        request,
        found,
        lambda: recording.tell_reporters(
            found.pk, received_from=since, received_until=until, by=request.officer
        ),
        _("The notice goes onto their pages within minutes."),
    )


@require_POST
def breach_close(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """End the work on it."""
    found = _one(request, pk)
    form = CloseBreachForm(request.POST)
    if not form.is_valid():
        return _breach_page(request, found, {"close_form": form})
    return _do(
        request,
        found,
        lambda: recording.close_breach(found.pk, **form.cleaned_data, by=request.officer),
        _("Closed. A supplement may still follow."),
    )


@require_GET
def processing_register(request: SignedInRequest) -> HttpResponse:
    """The register as it is now."""
    units = RECORDING_BREACHES.own_units(request.officer)
    context = {"rows": register.register_rows(units), "heads": register.register_heads()}
    return render(request, "breaches/register.html", context)


@require_POST
def processing_register_export(request: SignedInRequest) -> HttpResponse:
    """The same as a workbook, on record."""
    written = register.export_register(by=request.officer)
    answer = HttpResponse(written, content_type=CONTENT_TYPES["xlsx"])
    answer["Content-Disposition"] = 'attachment; filename="register.xlsx"'
    return answer


def _seen(request: SignedInRequest) -> BreachQuerySet:
    units = READING_BREACHES.own_units(request.officer)
    return Breach.objects.filter(unit__in=units).select_related("unit", "recorded_by")


def _one(request: SignedInRequest, pk: uuid.UUID) -> Breach:
    found = _seen(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _wanted_form(request: SignedInRequest, found: Breach) -> AuthorityForm:
    """One that went, where its number is asked for, or as it would go now."""
    number = request.GET.get("filing", "")
    if not number:
        return form_of(found)
    went = form_that_went(found, int(number)) if number.isdecimal() and len(number) < 5 else None
    if went is None:
        raise Http404
    return went


def _do(
    request: SignedInRequest, found: Breach, step: Callable[[], object], words: str
) -> HttpResponse:
    try:
        step()
    except Refused as error:
        messages.warning(request, str(error.sentence))
    else:
        messages.success(request, words)
    return redirect("breach", found.pk)


def _breach_page(request: SignedInRequest, found: Breach, bound: dict[str, Form]) -> HttpResponse:
    waiver = found.waivers.filter(refused_at=None).select_related("asked_by", "agreed_by").first()
    officer = request.officer
    notices = list(found.notices.order_by("id"))
    for notice in notices:
        notice.at_most = to_next_ten(notice.told)
    may_decide = (
        waiver is not None
        and waiver.agreed_at is None
        and AGREEING_TO_WAIVERS.may_act_for(officer, found.unit)
        and waiver.asked_by_id not in tied_to(officer)
    )
    context = {
        "breach": found,
        "form_now": form_of(found),
        "filings": list(found.filings.order_by("number").select_related("filed_by")),
        "waiver": waiver,
        "notices": notices,
        "is_running": Breach.objects.with_clock().filter(pk=found.pk).exists(),
        "notice_words": {
            language: reporter_notice(language, found.detected_at) for language in ("vi", "en")
        },
        "may_record": RECORDING_BREACHES.may_act_for(officer, found.unit),
        "may_decide": may_decide,
        "filing_form": FilingForm(breach=found),
        "waiver_form": WaiverForm(),
        "notice_form": BreachNoticeForm(),
        "close_form": CloseBreachForm(),
        "bound": list(bound.values()),
        **bound,
    }
    return render(request, "breaches/breach.html", context, status=422 if bound else 200)
