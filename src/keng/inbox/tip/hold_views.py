"""The legal hold of one tip: asked for, agreed to, and ended, by two officers each time."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keng.accounts.middleware import SignedInRequest
from keng.accounts.vouching import tied_to
from keng.accounts.who import AGREEING_TO_HOLDS
from keng.decisions import legal_hold
from keng.inbox.tip.after_decision import redirect_to_same_tip
from keng.inbox.tip.refusal import explains_refusals
from keng.inbox.tip.tip_forms import DecideHoldForm, HoldForm
from keng.inbox.tip.tip_page import tip_context, tip_or_404
from keng.kit.forms import ReasonForm
from keng.kit.ids import id_or_404
from keng.tips.models import Tip


@require_http_methods(["GET", "POST"])
@explains_refusals
def tip_hold(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What keeps it, what kept it before; to ask for a hold where there is none."""
    tip = tip_or_404(request, pk)
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        legal_hold.ask_for_hold(
            pk,
            ground=form.cleaned_data["ground"],
            words=form.cleaned_data["reason"],
            by=request.officer,
            seen=request.POST.get("seen"),
        )
        words = _("Asked for. Nothing of this tip is deleted until a second officer has decided.")
        return redirect_to_same_tip(request, pk, words)
    return _hold_page(request, tip, form)


@require_POST
@explains_refusals
def hold_decide(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second officer agrees or refuses."""
    is_agreed = request.POST.get("agreed") == "1"
    legal_hold.decide_on_hold(
        id_or_404(request.POST.get("hold", "")),
        is_agreed=is_agreed,
        words=request.POST.get("words", ""),
        by=request.officer,
        seen=request.POST.get("seen"),
    )
    words = _("Under legal hold now.") if is_agreed else _("Refused: nothing keeps this tip.")
    return redirect_to_same_tip(request, pk, words)


@require_http_methods(["GET", "POST"])
@explains_refusals
def hold_end(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Say why it need not be kept any more."""
    tip = tip_or_404(request, pk)
    form = ReasonForm(request.POST or None)
    standing = [each for each in legal_hold.holds_of_tip(tip) if each.agreed_at]
    if request.method == "POST" and form.is_valid() and standing:
        legal_hold.ask_to_end_hold(
            standing[0].pk,
            words=form.cleaned_data["reason"],
            by=request.officer,
            seen=request.POST.get("seen"),
        )
        words = _("Asked for. The tip is kept until a second officer agrees.")
        return redirect_to_same_tip(request, pk, words)
    context = tip_context(request, tip, place="page", form=form)
    context |= {"heading": _("End the legal hold"), "button": _("Ask for its end")}
    return render(request, "inbox/tip/reason.html", context, status=422 if form.errors else 200)


@require_POST
@explains_refusals
def hold_end_decide(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The second officer agrees that it ends, or has it go on."""
    is_agreed = request.POST.get("agreed") == "1"
    legal_hold.decide_on_end_of_hold(
        id_or_404(request.POST.get("hold", "")),
        is_agreed=is_agreed,
        words=request.POST.get("words", ""),
        by=request.officer,
        seen=request.POST.get("seen"),
    )
    words = _("The legal hold has ended.") if is_agreed else _("The legal hold goes on.")
    return redirect_to_same_tip(request, pk, words)


def _hold_page(request: SignedInRequest, tip: Tip, form: HoldForm) -> HttpResponse:
    officer, holds = request.officer, legal_hold.holds_of_tip(tip)
    context = tip_context(request, tip, place="page", form=form)
    hold, hands = context["hold"], tied_to(officer)
    asker = None
    if hold is not None:
        asker = hold.end_asked_by_id if hold.is_end_undecided else hold.asked_by_id
    context |= {
        "holds": holds,
        "decide_form": DecideHoldForm(),
        "may_decide": hold is not None
        and (hold.is_undecided or hold.is_end_undecided)
        and asker not in hands
        and AGREEING_TO_HOLDS.may_act_for(officer, tip.responsible_unit),
    }
    return render(request, "inbox/tip/hold.html", context, status=422 if form.errors else 200)
