"""The check list of a critical tip: one tap ticks a step, a reason unticks it."""

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.accounts.middleware import SignedInRequest
from keng.decisions import check_steps, triage
from keng.inbox.tip.refusal import explains_refusals
from keng.kit.forms import Form


class CheckStepForm(Form):
    """Which step, and why it is not done after all; the action asks for the reason."""

    step = forms.CharField(max_length=16)
    reason = forms.CharField(max_length=300, required=False)


@require_POST
@explains_refusals
def tip_tick(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Done, by this officer, now."""
    try:
        check_steps.tick_step(pk, step=_step_and_reason(request)["step"], by=request.officer)
    except check_steps.NotOnTheList:
        messages.warning(request, _("Not done: the list has changed. Look at it again."))
    return _back_to_checks(pk)


@require_POST
@explains_refusals
def tip_untick(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Not done after all."""
    try:
        check_steps.untick_step(pk, **_step_and_reason(request), by=request.officer)
    except check_steps.NotOnTheList:
        messages.warning(request, _("Not done: the list has changed. Look at it again."))
    return _back_to_checks(pk)


@require_POST
@explains_refusals
def tip_critical(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """Somebody is in danger now: the calls begin, and the list of what is to be done is there."""
    triage.make_critical(pk, by=request.officer, seen=request.POST.get("seen"))
    messages.success(request, _("It is critical now: everybody on duty is called."))
    return redirect("tip", pk=pk)


def _step_and_reason(request: SignedInRequest) -> dict[str, str]:
    """The step and the reason. Raises NotOnTheList when no page of ours sends such a thing."""
    form = CheckStepForm(request.POST)
    if not form.is_valid():
        raise check_steps.NotOnTheList
    return dict(form.cleaned_data)


def _back_to_checks(pk: uuid.UUID) -> HttpResponse:
    return redirect(f"{reverse('tip', args=[pk])}#checks")
