"""Taking a report down by phone or at the counter: one page, and a receipt on paper."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keng.accounts.middleware import SignedInRequest
from keng.acts.errors import NotAllowed
from keng.intake.by_staff.take_down import (
    Destination,
    TipByStaff,
    desk_that_takes_down,
    destination_at_desk,
    destination_past_desk,
    receipt_to_show,
    take_down_tip,
)
from keng.intake.by_staff.take_down_forms import PAST_DESK, TakeDownForm
from keng.kit import qr
from keng.kit.urgency import Happening
from keng.places.models import Place, Unit
from keng.tips import receipt_codes
from keng.tips.errors import CannotSeal, ReceivedBefore
from keng.tips.models import HandedCode, TakenDown, Tip
from keng.tips.safe_hours import read_hour


@require_http_methods(["GET", "POST"])
def take_down(request: SignedInRequest) -> HttpResponse:
    """The page; sent without mistakes, the receipt. The code stands in answer to a POST only."""
    desk = desk_or_404(request)
    if request.method != "POST":
        manner = request.GET.get("manner", "phone")
        first = {"token": receipt_codes.new_token(), "manner": manner, "language": "vi"}
        form = TakeDownForm(initial=first, desk=desk)
        # The way it came is chosen already; the one on the phone is speaking.
        form.fields["text"].widget.attrs["autofocus"] = True
        return _form_page(request, form, desk)
    form = TakeDownForm(request.POST, desk=desk)
    if not form.is_valid():
        return _form_page(request, form, desk, status=422)
    try:
        tip_id = take_down_tip(
            _tip_from_form(form, desk), token=form.cleaned_data["token"], by=request.officer
        )
    except CannotSeal:
        form.add_error(None, cannot_seal_sentence())
        return _form_page(request, form, desk, status=409)
    except ReceivedBefore:
        return render(request, "intake/desk/taken_before.html", {"tip_id": None}, status=409)
    code = receipt_codes.code_from_token(form.cleaned_data["token"])
    receipt, address = receipt_to_show(tip_id, code, by=request.officer), _status_address()
    if receipt is None:
        context = {"tip_id": visible_tip_id(request, tip_id)}
        return render(request, "intake/desk/taken_before.html", context, status=409)
    context = {
        "receipt": receipt,
        "qr": qr.qr_data_address(address, scale=3),
        "address": address,
        "tip_id": visible_tip_id(request, tip_id),
        "language": form.cleaned_data["language"] or "vi",
        "manner": form.cleaned_data["manner"],
        "must_exchange": HandedCode.objects.filter(tip=tip_id).exists(),
    }
    return render(request, "intake/desk/taken.html", context)


def desk_or_404(request: SignedInRequest) -> Unit:
    """The desk of an officer who takes reports down; for everybody else there is no such page."""
    try:
        return desk_that_takes_down(request.officer)
    except NotAllowed as error:
        raise Http404 from error


def chosen_destination(desk: Unit, place: Place | None, *, past: bool) -> Destination:
    """Where it goes."""
    return destination_past_desk(desk, place) if past else destination_at_desk(desk)


def visible_tip_id(request: SignedInRequest, tip_id: Any) -> Any:
    """The tip's id if this officer may open it; what went past the desk has no page here."""
    return tip_id if Tip.objects.visible_to(request.officer).filter(pk=tip_id).exists() else None


def cannot_seal_sentence() -> str:
    """Why it was not saved, for whoever has typed it all."""
    return _(
        "Not saved: this desk has no key to seal with, so no name can be taken down. Everything is "
        "still here. Tell the operator: keng vault init."
    )


def _form_page(
    request: SignedInRequest, form: TakeDownForm, desk: Unit, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "desk": desk, "above": destination_past_desk(desk, None).unit}
    return render(request, "intake/desk/take_down.html", context, status=status)


def _tip_from_form(form: TakeDownForm, desk: Unit) -> TipByStaff:
    said = form.cleaned_data
    told: dict[str, Any] = {"received_at": said["told_at"]} if said["told_at"] else {}
    return TipByStaff(
        manner=TakenDown.Manner(said["manner"]),
        to=chosen_destination(desk, said["where"], past=said["to"] == PAST_DESK),
        text=form.words(),
        place=said["where"],
        place_detail=said["spot"],
        category=said["category"],
        happening=said["happening"] or Happening.UNSURE,
        money_moved=said["money_moved"],
        urgency=said["urgency"],
        do_not_contact=said["do_not_contact"],
        safe_from=read_hour(said["safe_from"]),
        safe_until=read_hour(said["safe_until"]),
        contact=form.contact(),
        refusal=said["refusal"],
        refusal_words=said["refusal_words"],
        minor=said["minor"],
        language=said["language"] or "vi",
        seen_by=said["seen_by"],
        **told,
    )


def _status_address() -> str:
    """Where the code is typed in: never with it, or whoever finds the paper's picture has it."""
    return settings.PUBLIC_URL + reverse("status", "keng.site.public_urls")
