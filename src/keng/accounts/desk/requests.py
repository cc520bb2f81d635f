"""What two people decide about an officer: the list, one request, and the halves of its code."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from keng.accounts import notices, requesting
from keng.accounts.forms import PresenceForm, RefuseForm
from keng.accounts.models import OfficerRequest
from keng.accounts.presence import is_present
from keng.accounts.queries import manageable_units
from keng.kit import codes

_LISTED = 100


@require_GET
def officer_requests(request: HttpRequest) -> HttpResponse:
    """What is open, and what became of the last ones."""
    seen = OfficerRequest.objects.visible_to(request.officer).select_related(
        "unit", "officer", "asked_by", "decided_by"
    )
    open_ones = list(seen.open().order_by("id"))
    ended = list(seen.exclude(pk__in=[row.pk for row in open_ones]).order_by("-id")[:_LISTED])
    for row in (*open_ones, *ended):
        row.subject = notices.subject_of_request(row)
        row.turn = _has_to_act(row, request)
    context = {
        "open_ones": open_ones,
        "ended": ended,
        "may_ask": bool(manageable_units(request.officer)),
    }
    return render(request, "accounts/desk/officer_requests.html", context)


@require_GET
def officer_request(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One request: what is asked for, by whom, how far it came, and what this officer may do."""
    return _request_page(request, _request_or_404(request, pk))


@require_POST
def officer_request_agree(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person says that it is right, and gets their half of the code."""
    asked = _request_or_404(request, pk)
    form = PresenceForm(request.POST)
    # What will be refused is refused before the code is used up.
    if not asked.is_waiting or requesting.why_not_second_person(asked, request.officer):
        messages.warning(request, requesting.NotSecondPerson.sentence)
        return redirect("officer-request", pk=pk)
    if not form.is_valid() or not is_present(request.officer, form):
        return _request_page(request, asked, agree_form=form)
    try:
        half_of_code = requesting.agree_to_request(pk, by=request.officer)
    except (requesting.RequestNotWaiting, requesting.NotSecondPerson):
        messages.warning(request, requesting.NotSecondPerson.sentence)
        return redirect("officer-request", pk=pk)
    if not half_of_code:
        messages.success(request, _("Agreed: the post is there."))
        return redirect("officer-request", pk=pk)
    return _half_page(request, pk, half_of_code)


@require_POST
def officer_request_refuse(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person says no, and why."""
    asked = _request_or_404(request, pk)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _request_page(request, asked, refuse_form=form)
    try:
        requesting.refuse_request(pk, reason=form.cleaned_data["reason"], by=request.officer)
    except (requesting.RequestNotWaiting, requesting.NotSecondPerson):
        messages.warning(request, requesting.NotSecondPerson.sentence)
    else:
        messages.success(request, _("Refused. Whoever asked is told why."))
    return redirect("officer-request", pk=pk)


@require_POST
def officer_request_half(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Whoever asked gets their half, once."""
    asked = _request_or_404(request, pk)
    form = PresenceForm(request.POST)
    if asked.asked_by_id != request.officer.pk:
        raise Http404
    if not asked.is_set_up_open or asked.asker_half is not None:
        messages.warning(request, requesting.HalfShownAlready.sentence)
        return redirect("officer-request", pk=pk)
    if not form.is_valid() or not is_present(request.officer, form):
        return _request_page(request, asked, half_form=form)
    try:
        half_of_code = requesting.show_half(pk, by=request.officer)
    except (requesting.RequestNotWaiting, requesting.HalfShownAlready):
        messages.warning(request, requesting.HalfShownAlready.sentence)
        return redirect("officer-request", pk=pk)
    return _half_page(request, pk, half_of_code)


@require_POST
def officer_request_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Whoever asked does not ask any more."""
    try:
        requesting.withdraw_request(pk, by=request.officer)
    except requesting.RequestNotWaiting as error:
        messages.warning(request, error.sentence)
    else:
        messages.success(request, _("Withdrawn. Halves that were shown are worth nothing now."))
    return redirect("officer-request", pk=pk)


def _request_or_404(request: HttpRequest, pk: uuid.UUID) -> OfficerRequest:
    seen = OfficerRequest.objects.visible_to(request.officer)
    return get_object_or_404(
        seen.select_related("unit", "officer", "asked_by", "decided_by"), pk=pk
    )


def _has_to_act(asked: OfficerRequest, request: HttpRequest) -> bool:
    """Whether this officer has something to do about it."""
    if asked.is_waiting:
        return not requesting.why_not_second_person(asked, request.officer)
    is_asker = asked.asked_by_id == request.officer.pk
    return is_asker and asked.is_set_up_open and asked.asker_half is None


def _request_page(
    request: HttpRequest,
    asked: OfficerRequest,
    *,
    agree_form: PresenceForm | None = None,
    refuse_form: RefuseForm | None = None,
    half_form: PresenceForm | None = None,
) -> HttpResponse:
    sent = agree_form or refuse_form or half_form
    is_asker = asked.asked_by_id == request.officer.pk
    context = {
        "asked": asked,
        "subject": notices.subject_of_request(asked),
        "why_not": requesting.why_not_second_person(asked, request.officer)
        if asked.is_waiting
        else "",
        "is_asker": is_asker,
        "may_take_half": is_asker and asked.is_set_up_open and asked.asker_half is None,
        "may_withdraw": is_asker and (asked.is_waiting or asked.is_set_up_open),
        "agree_form": agree_form or PresenceForm(),
        "refuse_form": refuse_form or RefuseForm(),
        "half_form": half_form or PresenceForm(),
        "form": sent or PresenceForm(),
    }
    status = 422 if sent else 200
    return render(request, "accounts/desk/officer_request.html", context, status=status)


def _half_page(request: HttpRequest, pk: uuid.UUID, half_of_code: str) -> HttpResponse:
    """The only page that ever shows it; it is the answer to a POST and has no address."""
    asked = _request_or_404(request, pk)
    context = {"asked": asked, "half": codes.grouped_code(half_of_code)}
    return render(request, "accounts/desk/half.html", context)
