"""Suspending a tip, taking it up again, and the list of those that are suspended."""

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_GET, require_http_methods

from keng.accounts.middleware import SignedInRequest
from keng.decisions import suspension
from keng.inbox.list.suspended import suspended_tips
from keng.inbox.tip.after_decision import redirect_to_same_tip
from keng.inbox.tip.refusal import explains_refusals
from keng.inbox.tip.tip_forms import SuspendForm
from keng.inbox.tip.tip_page import tip_context, tip_or_404
from keng.kit.forms import ReasonForm
from keng.tips.letters import suspended_sentence
from keng.tips.models import Decision


@require_GET
def suspended(request: SignedInRequest) -> HttpResponse:
    """What is suspended, since when and why."""
    rows = [
        {"tip": tip, "step": step, "ground": Decision.Ground(step.detail["ground"]).label}
        for tip, step in suspended_tips(request.officer)
    ]
    return render(request, "inbox/list/suspended.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@explains_refusals
def tip_suspend(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """What it waits for, why, and what the reporter reads."""
    tip = tip_or_404(request, pk)
    with override(tip.language):
        first_words = {"text": suspended_sentence()}
    form = SuspendForm(request.POST or None, initial=first_words)
    if request.method == "POST" and form.is_valid():
        suspension.suspend_tip(
            pk, by=request.officer, seen=request.POST.get("seen"), **form.cleaned_data
        )
        return redirect_to_same_tip(
            request, pk, _("Suspended. Its deadlines run on, and the list shows it.")
        )
    context = tip_context(request, tip, place="page", form=form)
    context |= {
        "heading": _("Suspend this tip"),
        "button": _("Suspend it and tell the reporter"),
    }
    status = 422 if form.errors else 200
    return render(request, "inbox/tip/suspend.html", context, status=status)


@require_http_methods(["GET", "POST"])
@explains_refusals
def tip_resume(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Go on, and say why now."""
    tip = tip_or_404(request, pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        suspension.resume_tip(pk, reason=reason, by=request.officer, seen=request.POST.get("seen"))
        return redirect_to_same_tip(request, pk, _("Taken up again; the reporter is told."))
    context = tip_context(request, tip, place="page", form=form)
    context |= {"heading": _("Take this tip up again"), "button": _("Take it up again")}
    return render(request, "inbox/tip/reason.html", context, status=422 if form.errors else 200)
