"""Data requests on the desk: the list, one request, and what a desk says to one."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.accounts.vouching import tied_to
from keng.accounts.who import AGREEING_TO_ERASURE, ANSWERING_DATA_REQUESTS
from keng.acts.errors import AlreadyDone, NotAllowed, Refused
from keng.data_requests import deciding
from keng.data_requests.models import DataRequest
from keng.data_requests.request_forms import DecideForm, LiftForm, WordsForm
from keng.kit.pagination import rows_of_page
from keng.tips.held_back import why_kept
from keng.tips.models import Restriction, Tip


@require_GET
def data_requests(request: SignedInRequest) -> HttpResponse:
    """Those that are open, by what is due first; then what was decided, the newest first."""
    seen = DataRequest.objects.visible_to(request.officer).select_related("unit", "tip")
    settled, page = rows_of_page(
        request, seen.filter(settled_at__isnull=False).order_by("-settled_at", "id")
    )
    context = {
        "open_ones": seen.open().order_by("decide_by", "id"),
        "settled": settled,
        "page": page,
    }
    return render(request, "data_requests/desk/requests.html", context)


@require_GET
def data_request(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What is asked, until when, what was done so far, and what this officer may do."""
    asked = _request_or_404(request.officer, pk)
    return _request_page(request, asked)


@require_POST
def data_request_acknowledge(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Confirm it."""
    _request_or_404(request.officer, pk)
    try:
        deciding.acknowledge_request(pk, by=request.officer)
    except Refused as error:
        return _back(request, pk, error)
    messages.success(request, _("Confirmed: its asker reads until when it is decided."))
    return redirect("data-request", pk=pk)


@require_POST
def data_request_extend(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """More time, once."""
    asked = _request_or_404(request.officer, pk)
    form = WordsForm(request.POST)
    if not form.is_valid():
        return _request_page(request, asked, extend_form=form)
    try:
        deciding.extend_request(pk, reason=form.cleaned_data["words"], by=request.officer)
    except Refused as error:
        return _back(request, pk, error)
    messages.success(request, _("Extended. Its asker reads why."))
    return redirect("data-request", pk=pk)


@require_POST
def data_request_ask_desk(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Ask who has the report."""
    _request_or_404(request.officer, pk)
    try:
        deciding.ask_desk(pk, number=request.POST.get("number", "")[:40], by=request.officer)
    except Refused as error:
        return _back(request, pk, error)
    messages.success(request, _("Asked: the request stands in what waits for that desk."))
    return redirect("data-request", pk=pk)


@require_POST
def data_request_decide(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The decision of data protection."""
    asked = _request_or_404(request.officer, pk)
    form = DecideForm(request.POST, request=asked)
    if not form.is_valid():
        return _request_page(request, asked, decide_form=form)
    try:
        deciding.decide_request(pk, **form.cleaned_data, by=request.officer)
    except (NotAllowed, AlreadyDone) as error:
        return _back(request, pk, error)
    except Refused as error:
        # What was written for the asker stays where it is.
        form.add_error(None, str(error.sentence))
        return _request_page(request, asked, decide_form=form)
    messages.success(request, _("Decided."))
    return redirect("data-request", pk=pk)


@require_POST
def data_request_lift(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The desk may use the report again."""
    asked = _request_or_404(request.officer, pk)
    form = LiftForm(request.POST)
    if not form.is_valid():
        return _request_page(request, asked, lift_form=form)
    try:
        deciding.lift_restriction(pk, **form.cleaned_data, by=request.officer)
    except Refused as error:
        return _back(request, pk, error)
    messages.success(request, _("Lifted: the desk reads and uses the report again."))
    return redirect("data-request", pk=pk)


@require_POST
def data_request_agree(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person of a deletion."""
    _request_or_404(request.officer, pk)
    is_agreed = request.POST.get("agreed") == "1"
    try:
        deciding.decide_on_erasure(pk, is_agreed=is_agreed, by=request.officer)
    except Refused as error:
        return _back(request, pk, error)
    agreed = _("Agreed. The report is deleted within ten minutes.")
    messages.success(request, agreed if is_agreed else _("Given back to data protection."))
    return redirect("data-request", pk=pk)


@require_http_methods(["GET", "POST"])
def data_request_at_desk(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What data protection asks whoever reads the report."""
    theirs = Tip.objects.visible_to(request.officer).values("pk")
    asked = DataRequest.objects.filter(desk_tip__in=theirs).select_related("desk_tip", "unit")
    found = asked.filter(pk=pk).first()
    if found is None:
        raise Http404
    form = WordsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            deciding.say_for_desk(pk, words=form.cleaned_data["words"], by=request.officer)
        except NotAllowed:
            messages.warning(request, _("Not done: this request was decided on meanwhile."))
        else:
            messages.success(request, _("Said. Data protection reads it and decides."))
        return redirect("data-request-at-desk", pk=pk)
    context = {"asked": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "data_requests/desk/at_desk.html", context, status=status)


def _request_or_404(officer: Officer, pk: uuid.UUID) -> DataRequest:
    seen = DataRequest.objects.visible_to(officer).select_related(
        "unit", "tip", "desk_tip", "acknowledged_by", "decided_by", "agreed_by", "desk_said_by"
    )
    found = seen.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _request_page(
    request: SignedInRequest,
    asked: DataRequest,
    *,
    extend_form: WordsForm | None = None,
    decide_form: DecideForm | None = None,
    lift_form: LiftForm | None = None,
) -> HttpResponse:
    officer = request.officer
    restriction = None
    if asked.is_restriction:
        restriction = Restriction.objects.filter(tip=asked.tip_id, number=asked.number).first()
    answers = ANSWERING_DATA_REQUESTS.may_act_for(officer, asked.unit)
    context = {
        "asked": asked,
        "may_decide": answers and not asked.decided_at,
        "may_agree": asked.decided_at is not None
        and asked.settled_at is None
        and asked.decided_by_id not in tied_to(officer)
        and AGREEING_TO_ERASURE.may_act_for(officer, asked.unit),
        "kept_since": why_kept(asked.tip_id) if asked.is_erasure and asked.tip_id else "",
        "extend_form": extend_form or WordsForm(),
        "decide_form": decide_form or DecideForm(request=asked),
        "restriction": restriction,
        "may_lift": answers and restriction is not None and restriction.lifted_at is None,
        "lift_form": lift_form or LiftForm(),
    }
    is_wrong = (extend_form or decide_form or lift_form) is not None
    status = 422 if is_wrong else 200
    return render(request, "data_requests/desk/request.html", context, status=status)


def _back(request: SignedInRequest, pk: uuid.UUID, error: Refused) -> HttpResponse:
    if isinstance(error, NotAllowed):
        raise error
    messages.warning(request, str(error.sentence))
    return redirect("data-request", pk=pk)
