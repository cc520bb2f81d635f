"""Asking for an opening, agreeing to it, giving the shares, and the page that shows it once."""

import contextlib
import mimetypes
import uuid
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.models import Officer
from keng.accounts.presence import is_present
from keng.acts.errors import NotAllowed, Refused
from keng.decisions.viewing import note_first_read
from keng.duty import page_officers
from keng.kit.ids import id_or_404
from keng.kit.urgency import Urgency
from keng.openings import asking, giving, holder_keys
from keng.openings.holder_forms import problem_sentence
from keng.openings.holder_pages import unwrapping_context
from keng.openings.opening_forms import (
    EMERGENCY_BASIS,
    ApproveForm,
    AskForm,
    GiveForm,
    RefuseForm,
)
from keng.openings.records import (
    RecordGone,
    key_of_record,
    records_to_send_on,
    sealed_records_of,
    transfer_with_key,
)
from keng.openings.second_person import can_be_second, seconds_for, standing_requests
from keng.tips.models import Attachment, Tip, Transfer
from keng.vault.models import OpeningRequest

_EMERGENCY = "emergency"
_TRANSFER = "transfer"
_OPEN_STAGES = (OpeningRequest.Stage.ASKED, OpeningRequest.Stage.APPROVED)


@require_http_methods(["GET", "POST"])
def tip_open(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The form that asks; the fast one of an emergency asks for the phone number alone.

    With a transfer it asks that who reported goes along, sealed anew and shown to nobody.
    """
    tip = _tip_or_404(request.officer, pk)
    transfer = _transfer_or_404(request, tip)
    is_emergency = transfer is None and _EMERGENCY in request.GET and tip.urgency == Urgency.P0
    form = _ask_form(request, tip, is_emergency=is_emergency, transfer=transfer)
    if request.method == "POST" and form.is_valid():
        try:
            wish = form.wish(
                is_emergency=is_emergency, transfer_id=transfer.pk if transfer else None
            )
            asked = asking.ask_opening(tip.pk, wish, by=request.officer)
            # Nobody reads on their page that a report which nobody has read was opened.
            note_first_read(tip.pk, by=request.officer)
        except NotAllowed:
            raise
        except asking.AskedAlready as error:
            messages.info(request, str(error.sentence))
            return redirect("opening", pk=error.standing)
        except Refused as error:
            form.add_error(None, str(error.sentence))
        else:
            return redirect("opening", pk=asked.pk)
    context = {
        "tip": tip,
        "form": form,
        "is_emergency": is_emergency,
        "transfer": transfer,
        "key": holder_keys.current_key_of(request.officer),
        "seconds": _seconds_for_any(tip, request.officer),
        "for_operator": _labels_for_operator(tip, is_emergency=is_emergency),
    }
    status = 422 if form.errors else 200
    return render(request, "openings/ask.html", context, status=status)


@require_GET
def opening(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One opening, for its two people and whoever could be the second."""
    asked, tip = _opening_or_404(request.officer, pk)
    return _opening_page(request, asked, tip)


@require_GET
def opening_state(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Where it stands, asked again and again by the page of whoever waits."""
    asked, tip = _opening_or_404(request.officer, pk)
    context = _opening_context(request.officer, asked, tip)
    if request.GET.get("was", "") != context["stage"]:
        return HttpResponse(status=HTTPStatus.RESET_CONTENT, headers={"HX-Refresh": "true"})
    return HttpResponse(status=204)


@require_POST
def opening_approve(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person agrees; the answer to the script is their share, still sealed to them."""
    _opening_or_404(request.officer, pk)
    form = ApproveForm(request.POST)

    def agree() -> None:
        asking.approve_opening(
            pk,
            tells_reporter=not form.cleaned_data["keeps_from_reporter"],
            why_not_told=form.cleaned_data["why_not_told"],
            by=request.officer,
        )

    return _share_for_script(request, pk, form, agree)


@require_POST
def opening_refuse(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person says no, and why."""
    asked, tip = _opening_or_404(request.officer, pk)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _opening_page(request, asked, tip, refuse_form=form)
    try:
        asking.refuse_opening(pk, reason=form.cleaned_data["reason"], by=request.officer)
    except NotAllowed:
        raise
    except Refused as error:
        messages.warning(request, str(error.sentence))
    else:
        messages.success(request, _("Refused. Your colleague reads why."))
    return redirect("opening", pk=pk)


@require_POST
def opening_withdraw(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Who asked needs it no more."""
    _opening_or_404(request.officer, pk)
    try:
        asking.withdraw_opening(pk, by=request.officer)
    except NotAllowed:
        raise
    except Refused as error:
        messages.warning(request, str(error.sentence))
    else:
        messages.success(request, _("Taken back. Nothing is opened with this request any more."))
    return redirect("opening", pk=pk)


@require_POST
def opening_share(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """One of the two gives their share, or gives it again."""
    _opening_or_404(request.officer, pk)
    return _share_for_script(request, pk, GiveForm(request.POST), lambda: None)


@require_POST
def opening_give(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The share, which the browser has sealed to the opener."""
    asked, _tip = _opening_or_404(request.officer, pk)
    try:
        sealed = holder_keys.read_bytes(request.POST.get("sealed", ""))
        giving.give_share(asked.pk, sealed, officer=request.officer)
    except NotAllowed:
        raise
    except Refused as error:
        return JsonResponse({"said": str(error.sentence)}, status=422)
    messages.success(request, _("Your share is with the opener. It is good for 15 minutes."))
    return JsonResponse({"next": reverse("opening", args=[pk])})


@require_POST
def opening_open(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What was sealed, shown this once to whoever asked."""
    asked, tip = _opening_or_404(request.officer, pk)
    if asked.transfer_ref is not None:
        return _send_on(request, asked, tip)
    try:
        opened = giving.open_once(pk, officer=request.officer)
    except NotAllowed:
        raise
    except Refused as error:
        messages.warning(request, str(error.sentence))
        return redirect("opening", pk=pk)
    if asked.what == OpeningRequest.What.FILE:
        return _file_response(opened.file, asked)
    parts = [{"name": _part_name(name), "text": text} for name, text in opened.parts.items()]
    context = {
        "asked": asked,
        "tip": tip,
        "parts": parts,
        "phone": opened.parts.get("phone", ""),
        "is_witnessed": opened.is_witnessed,
    }
    return render(request, "openings/opened.html", context)


def _send_on(request: SignedInRequest, asked: OpeningRequest, tip: Tip) -> HttpResponse:
    """Nothing is shown: it lies sealed for the next file."""
    try:
        giving.send_on(asked.pk, officer=request.officer)
    except NotAllowed:
        raise
    except Refused as error:
        messages.warning(request, str(error.sentence))
        return redirect("opening", pk=asked.pk)
    messages.success(request, _("Sealed to the desk there. It goes with the next file."))
    return redirect("tip-transfer", pk=tip.pk)


def _file_response(content: bytes, asked: OpeningRequest) -> HttpResponse:
    """Saved by the browser under a name that tells nothing; never shown as a page of ours."""
    file = Attachment.objects.filter(pk=asked.record_ref).first()
    ending = (mimetypes.guess_extension(file.mime) if file else None) or ".bin"
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="original{ending}"'},
    )


def _part_name(name: str) -> str:
    names = {
        "": _("Words"),
        "name": _("Name"),
        "phone": _("Phone number"),
        "email": _("E-mail address"),
        "address": _("Address"),
        "chat": _("Chat account"),
    }
    return names.get(name, name)


def _share_for_script(
    request: SignedInRequest, pk: uuid.UUID, form: forms.Form, first: Callable[[], None]
) -> HttpResponse:
    """What the script seals to the opener, or in words why there is nothing.

    A right code is used up last; what was agreed to stays agreed where the opener is away.
    """
    try:
        if form.is_valid() and is_present(request.officer, form):
            first()
            return JsonResponse(giving.share_to_give(pk, officer=request.officer).for_script())
        refusal = problem_sentence(form)
    except NotAllowed:
        raise
    except Refused as error:
        refusal = str(error.sentence)
    return JsonResponse({"said": refusal}, status=422)


def _transfer_or_404(request: SignedInRequest, tip: Tip) -> Transfer | None:
    """The one with which who reported shall go along, where the address names one."""
    if _TRANSFER not in request.GET:
        return None
    transfer = transfer_with_key(tip, id_or_404(request.GET[_TRANSFER]))
    if transfer is None:
        raise Http404
    return transfer


def _ask_form(
    request: SignedInRequest, tip: Tip, *, is_emergency: bool, transfer: Transfer | None
) -> AskForm:
    records = records_to_send_on(tip, transfer) if transfer else sealed_records_of(tip)
    initial: dict[str, Any] = {}
    if is_emergency:
        records = [each for each in records if each.what == OpeningRequest.What.CONTACT]
        initial = {"reason": OpeningRequest.Reason.DANGER, "legal_basis": EMERGENCY_BASIS}
    return AskForm(
        request.POST or None,
        records=records,
        tip=tip,
        is_shown=transfer is None,
        initial=initial,
    )


def _seconds_for_any(tip: Tip, officer: Officer) -> list[Officer]:
    """Who can agree to at least one of the records; the act asks for the one that is chosen."""
    keys = set()
    for each in sealed_records_of(tip):
        with contextlib.suppress(RecordGone):
            keys.add(key_of_record(each.what, each.ref))
    found = {second.pk: second for key in keys for second in seconds_for(tip, officer, key)}
    return list(found.values())


def _labels_for_operator(tip: Tip, *, is_emergency: bool) -> list[str]:
    """What of it no two officers open: it came in before the desk's key was split."""
    found = []
    for each in sealed_records_of(tip):
        if is_emergency and each.what != OpeningRequest.What.CONTACT:
            continue
        with contextlib.suppress(RecordGone):
            if key_of_record(each.what, each.ref) is None:
                found.append(each.label)
    return found


def _tip_or_404(officer: Officer, pk: uuid.UUID) -> Tip:
    found = Tip.objects.visible_to(officer).select_related("responsible_unit__parent").filter(pk=pk)
    tip = found.first()
    if tip is None:
        raise Http404
    return tip


def _opening_or_404(officer: Officer, pk: uuid.UUID) -> tuple[OpeningRequest, Tip]:
    asked = OpeningRequest.objects.filter(pk=pk).first()
    if asked is None:
        raise Http404
    return asked, _tip_or_404(officer, asked.tip_ref)


def _opening_page(
    request: SignedInRequest,
    asked: OpeningRequest,
    tip: Tip,
    *,
    refuse_form: RefuseForm | None = None,
) -> HttpResponse:
    context = _opening_context(request.officer, asked, tip)
    waits = context["stage"] == OpeningRequest.Stage.ASKED
    context |= {
        "seconds": seconds_for(tip, context["asker"], asked.unit_key_ref) if waits else [],
        "is_for_operator": context["stage"] in _OPEN_STAGES and asked.unit_key_ref is None,
        "calls_again_at": page_officers.next_call(asking.CALL_SOURCE, asked.pk),
        "other_emergencies": standing_requests()
        .filter(tip_ref=tip.pk, is_emergency=True)
        .exclude(pk=asked.pk)
        .order_by("asked_at"),
        "approve_form": ApproveForm(auto_id="approve_%s", is_shown=context["transfer"] is None),
        "give_form": GiveForm(auto_id="give_%s"),
        "refuse_form": refuse_form or RefuseForm(auto_id="refuse_%s"),
    }
    status = 422 if refuse_form else 200
    return render(request, "openings/opening.html", context, status=status)


def _opening_context(officer: Officer, asked: OpeningRequest, tip: Tip) -> dict[str, Any]:
    people = Officer.objects.in_bulk(
        [pk for pk in (asked.asked_by_ref, asked.approved_by_ref, asked.refused_by_ref) if pk]
    )
    asker = people[asked.asked_by_ref]
    stage = _stage_of(asked)
    may_answer = stage == OpeningRequest.Stage.ASKED and can_be_second(
        officer, tip, asker, asked.unit_key_ref
    )
    return {
        "asked": asked,
        "tip": tip,
        "transfer": _transfer_of(asked),
        "stage": stage,
        "asker": asker,
        "second": people.get(asked.approved_by_ref),
        "refuser": people.get(asked.refused_by_ref),
        "is_asker": officer.pk == asked.asked_by_ref,
        "is_second": officer.pk == asked.approved_by_ref,
        "may_answer": may_answer,
        "may_withdraw": officer.pk == asked.asked_by_ref and stage in _OPEN_STAGES,
        "given_at": giving.share_given_at(asked, officer),
        **unwrapping_context(officer),
    }


def _transfer_of(asked: OpeningRequest) -> Transfer | None:
    """The one with which it goes along, however it stands now."""
    if asked.transfer_ref is None:
        return None
    return Transfer.objects.select_related("other").filter(pk=asked.transfer_ref).first()


def _stage_of(asked: OpeningRequest) -> OpeningRequest.Stage:
    if asked.opened_at:
        return OpeningRequest.Stage.OPENED
    if asked.refused_at:
        return OpeningRequest.Stage.REFUSED
    if asked.lapsed_at:
        stages = OpeningRequest.Stage
        return stages.NOT_KNOWN if asked.is_lapsed_by_restore else stages.WITHDRAWN
    if not asking.still_stands(asked):
        return OpeningRequest.Stage.OVER
    return OpeningRequest.Stage.APPROVED if asked.approved_at else OpeningRequest.Stage.ASKED
