"""The desk's pages of transfers: of one tip, its files, and taking a file in."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.vouching import tied_to
from keng.accounts.who import AGREEING_TO_TRANSFERS
from keng.acts.errors import NotAllowed, Refused
from keng.kit.forms import Form
from keng.kit.ids import id_or_404
from keng.kit.sql_names import alphabetically
from keng.kit.uploads import takes_files
from keng.openings.records import records_to_send_on
from keng.tips.errors import CannotSeal
from keng.tips.models import OtherInstallation, Tip, Transfer, TransferArrival, TransferFile
from keng.tips.page_version import page_version_of
from keng.transfers import handing
from keng.transfers.envelope import MOST_TRANSFER_BYTES
from keng.transfers.errors import NoSuchTransfer
from keng.transfers.forms import (
    DecideTransferForm,
    ReturnTransferForm,
    TakeInForm,
    TransferForm,
)
from keng.transfers.taking_in import take_transfer_file_in
from keng.transfers.writing import WITH_IDENTITY, form_for, has_news

_MOST_ARRIVALS = 50


@require_http_methods(["GET", "POST"])
def tip_transfer(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Where it is, its files, and what this officer may do; to ask for a transfer."""
    tip = _tip_or_404(request, pk)
    form = TransferForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            handing.ask_for_transfer(
                pk,
                other_id=form.cleaned_data["other"].pk,
                reason=form.cleaned_data["reason"],
                by=request.officer,
                seen=request.POST.get("seen"),
            )
        except NotAllowed as error:
            raise Http404 from error
        except Refused as error:
            form.add_error(None, str(error.sentence))
        else:
            words = _("Asked for. Nothing leaves before a second officer agrees.")
            messages.success(request, words)
            return redirect("tip-transfer", pk)
    return _transfer_page(request, tip, form=form)


@require_POST
def transfer_decide(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second officer agrees, and the file is made; or does not, and says why."""
    _tip_or_404(request, pk)
    is_agreed = request.POST.get("agreed") == "1"
    try:
        handing.decide_on_transfer(
            id_or_404(request.POST.get("transfer", "")),
            is_agreed=is_agreed,
            words=request.POST.get("words", "")[:500],
            by=request.officer,
            seen=request.POST.get("seen"),
        )
    except NotAllowed as error:
        raise Http404 from error
    except Refused as error:
        messages.warning(request, str(error.sentence))
    else:
        done = _("Agreed. The file is made: below stands how it gets there.")
        messages.success(request, done if is_agreed else _("It stays here."))
    return redirect("tip-transfer", pk)


@require_POST
def transfer_write(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Make the file with what is new."""
    _tip_or_404(request, pk)
    try:
        handing.write_transfer_file(
            id_or_404(request.POST.get("transfer", "")),
            by=request.officer,
        )
    except NotAllowed as error:
        raise Http404 from error
    except Refused as error:
        messages.warning(request, str(error.sentence))
    else:
        messages.success(request, _("The file is made. Fetch it below and have it carried there."))
    return redirect("tip-transfer", pk)


@require_POST
def transfer_return(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Give a tip back that came from another installation."""
    tip = _tip_or_404(request, pk)
    form = ReturnTransferForm(request.POST)
    transfer = Transfer.objects.filter(tip=tip, state=Transfer.State.WITH_US).first()
    if transfer is None:
        raise Http404
    if form.is_valid():
        try:
            handing.return_transfer(
                transfer.pk,
                reason=form.cleaned_data["reason"],
                by=request.officer,
                seen=request.POST.get("seen"),
            )
        except NotAllowed as error:
            raise Http404 from error
        except Refused as error:
            form.add_error(None, str(error.sentence))
        else:
            by_network = _("Given back. The other province is told by network.")
            by_hand = _("Given back. Make the file that says so, below.")
            messages.success(request, by_network if transfer.other.address else by_hand)
            return redirect("tip-transfer", pk)
    return _transfer_page(request, tip, return_form=form)


@require_GET
def transfer_file(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """A file that was made here: the same bytes as often as it is fetched."""
    visible = Tip.objects.visible_to(request.officer)
    made = TransferFile.objects.filter(pk=pk, is_incoming=False, transfer__tip__in=visible)
    file = made.select_related("transfer__tip").first()
    if file is None or not file.content:
        raise Http404
    name = f"{slugify(file.transfer.tip.reference) or 'tip'}-{file.number}.keng"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(
        bytes(file.content), content_type="application/octet-stream", headers=headers
    )


@takes_files(most_bytes=MOST_TRANSFER_BYTES, most_files=1)
@require_http_methods(["GET", "POST"])
def transfer_take_in(request: SignedInRequest) -> HttpResponse:
    """Take a file in; what came before, and what is wrong with it, is said in words."""
    arrival = _arrival_of(request)
    form = TakeInForm(request.POST or None, request.FILES or None)
    data = bytes(arrival.content) if arrival else b""
    if request.method == "POST" and not data and form.is_valid():
        data = form.cleaned_data["sent"].read()
    if data:
        try:
            taken = take_transfer_file_in(data, by=request.officer)
        except NotAllowed:
            form.add_error(None, str(NoSuchTransfer.sentence))
        except CannotSeal:
            form.add_error(
                None, _("This desk has no key to seal with. Tell the operator: keng vault init.")
            )
        except Refused as error:
            form.add_error(None, str(error.sentence))
        else:
            return _taken(request, taken.tip_id, is_new=taken.is_new)
    context = {
        "form": form,
        "arrivals": _arrivals_to_take_in(request),
        "others": OtherInstallation.objects.known().order_by(alphabetically(), "id"),
    }
    status = 422 if form.errors else 200
    return render(request, "transfers/take_in.html", context, status=status)


def _arrival_of(request: SignedInRequest) -> TransferArrival | None:
    """The file that came by network which this form is about."""
    if "arrival" not in request.POST:
        return None
    waiting = TransferArrival.objects.for_an_officer()
    arrival = waiting.filter(pk=id_or_404(request.POST["arrival"])).first()
    if arrival is None:
        raise Http404
    return arrival


def _arrivals_to_take_in(request: SignedInRequest) -> list[TransferArrival]:
    """New tips, for whoever takes them to the own desk; the worker knows soon which are taken."""
    taken = Transfer.objects.filter(is_incoming=True, number_of_both=OuterRef("number_of_both"))
    waiting = TransferArrival.objects.for_an_officer().filter(kind=TransferArrival.Kind.TIP)
    return list(
        waiting.exclude(Exists(taken))
        .defer("content")
        .select_related("other")
        .order_by("at", "id")[:_MOST_ARRIVALS]
    )


def _taken(request: SignedInRequest, tip_id: uuid.UUID, *, is_new: bool) -> HttpResponse:
    words = _("Taken in.") if is_new else _("This file was taken in before: nothing has changed.")
    messages.success(request, words)
    if not Tip.objects.visible_to(request.officer).filter(pk=tip_id).exists():
        # A matter for named officers: who took it in does not read it.
        return redirect("transfer-take-in")
    return redirect("tip-transfer", tip_id)


def _tip_or_404(request: SignedInRequest, pk: uuid.UUID) -> Tip:
    tip = Tip.objects.visible_to(request.officer).filter(pk=pk).first()
    if tip is None:
        raise Http404
    return tip


def _transfer_page(
    request: SignedInRequest,
    tip: Tip,
    *,
    form: Form | None = None,
    return_form: Form | None = None,
) -> HttpResponse:
    rows = Transfer.objects.filter(tip=tip).select_related("other", "asked_by", "agreed_by")
    transfers = list(
        rows.prefetch_related("files__by", "files__upload", "identities").order_by("-id")
    )
    current = next((each for each in transfers if each.state in Transfer.STANDING), None)
    # The last one may still have something to say: that it was given back, or has ended.
    speaking = transfers[0] if transfers and not transfers[0].is_undecided else None
    bound = form or return_form
    context: dict[str, Any] = {
        "tip": tip,
        "seen": _version_of(tip),
        "transfers": transfers,
        "current": current,
        "speaking": speaking
        if speaking and handing.may_speak(speaking) and has_news(speaking)
        else None,
        "end": _end_that_came(current),
        **_identity_context(tip, current),
        "form": form or TransferForm(),
        "return_form": return_form or ReturnTransferForm(),
        "decide_form": DecideTransferForm(),
        "may_ask": current is None and handing.may_be_transferred(tip),
        "may_decide": current is not None
        and current.is_undecided
        and current.asked_by_id not in tied_to(request.officer)
        and AGREEING_TO_TRANSFERS.may_act_for(request.officer, tip.responsible_unit),
        "may_return": current is not None
        and current.state == Transfer.State.WITH_US
        and tip.is_open,
    }
    status = 422 if bound is not None and bound.errors else 200
    return render(request, "transfers/transfer.html", context, status=status)


def _identity_context(tip: Tip, current: Transfer | None) -> dict[str, Any]:
    """Whether who reported can go along to the desk that has the tip, or why it cannot yet."""
    if current is None or current.is_incoming or current.state != Transfer.State.WITH_THEM:
        return {}
    if tip.withdrawn_at is not None:
        return {}
    return {
        "to_send_on": records_to_send_on(tip, current),
        "key_there": current.key_to_seal_to(),
        "reads_identities": form_for(current.other) >= WITH_IDENTITY,
    }


def _end_that_came(current: Transfer | None) -> TransferArrival | None:
    """That the tip has ended there, as it came by network: an officer ends it here."""
    if current is None or current.is_incoming:
        return None
    waiting = TransferArrival.objects.for_an_officer().defer("content")
    return waiting.filter(
        kind=TransferArrival.Kind.END, number_of_both=current.number_of_both, other=current.other
    ).first()


def _version_of(tip: Tip) -> str:
    """What this page knew of the tip."""
    return page_version_of(
        list(tip.decisions.order_by("id")),
        list(tip.messages.order_by("id")),
        list(tip.notes.order_by("id")),
        [],
    )
