"""Taking a public warning back: at once, or handed in for a second person, who decides here."""

import functools
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.accounts.presence import is_present
from keng.accounts.who import RELEASING, WORKING
from keng.acts.errors import NotAllowed
from keng.delivery.audience import AudiencePlan, count_who_have_it, plan_audience
from keng.releases.desk import (
    SecondPersonPanel,
    decide_release,
    decided_meanwhile,
    is_release_posted,
)
from keng.releases.errors import NothingWaits
from keng.releases.forms import TakeBackForm
from keng.warnings import actions, outgoing_text, queries
from keng.warnings.desk.ahead import before_sending_context
from keng.warnings.forms import RecallForm, RefuseRecallForm
from keng.warnings.models import RecallReason, RecallRequest, Warning


def warning_recall(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a public warning back, with a reason and a code, or decide on a recall that waits."""
    warning = _visible_warning(request, pk)
    may_ask = WORKING.may_act_for(request.officer, warning.unit)
    if warning.state != Warning.State.PUBLISHED or not may_ask:
        return redirect("warning-detail", pk=pk)
    asked, panel = queries.waiting_recall(warning), None
    is_decision = is_release_posted(request)
    if asked is not None:
        approve = functools.partial(actions.approve_recall, asked.pk)
        try:
            panel, dispatch = decide_release(
                request, asked, which=RELEASING, let_out=approve, form=TakeBackForm
            )
        except (NothingWaits, actions.AlreadyRecalled):
            return decided_meanwhile(request, "warning-detail", pk=pk)
        if dispatch is not None:
            messages.success(request, _("Taken back; whoever got it is told now."))
            return redirect("dispatch", pk=dispatch.pk)
    elif is_decision:
        return decided_meanwhile(request, "warning-detail", pk=pk)
    posted = request.POST if request.method == "POST" and not is_decision else None
    # Beside a decision that waits stands another box for a code.
    plan = plan_audience(queries.recall_audience(warning))
    form = RecallForm(
        posted,
        unit=warning.unit,
        own_words=asked is None,
        has_posts=plan.posts > 0,
        auto_id="at_once_%s" if asked else "id_%s",
    )
    if form.is_valid() and is_present(request.officer, form):
        return _recall_posted(request, warning, form)
    return _recall_page(request, warning, plan, panel=panel, form=form)


def _recall_posted(request: HttpRequest, warning: Warning, form: RecallForm) -> HttpResponse:
    reason = form.cleaned_data["reason"]
    at_once = RELEASING.may_act_for(request.officer, warning.unit) and not form.is_own_words
    try:
        if at_once:
            dispatch = actions.recall_warning(
                warning.pk, reason=reason, deletes_posts=form.deletes_posts, by=request.officer
            )
            messages.success(request, _("Taken back; whoever got it is told now."))
            return redirect("dispatch", pk=dispatch.pk)
        words = form.cleaned_data["words"]
        actions.ask_recall(
            warning.pk,
            reason=reason,
            words=words,
            deletes_posts=form.deletes_posts,
            by=request.officer,
        )
    except actions.AlreadyRecalled as error:
        messages.error(request, error.sentence)
        return redirect("warning-detail", pk=warning.pk)
    except actions.RecallWaits as error:
        messages.error(request, error.sentence)
        return redirect("warning-recall", pk=warning.pk)
    messages.success(request, _("Handed in: a second person takes it back."))
    return redirect("warning-detail", pk=warning.pk)


@require_POST
def warning_recall_refuse(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The warning stays as it is."""
    warning = _visible_warning(request, pk)
    asked = queries.waiting_recall(warning)
    form = RefuseRecallForm(request.POST)
    if asked is None:
        return decided_meanwhile(request, "warning-detail", pk=pk)
    if not form.is_valid():
        messages.error(request, _("Write why the warning stays"))
        return redirect("warning-recall", pk=pk)
    return _end_request(
        request,
        pk,
        lambda: actions.refuse_recall(
            asked.pk, reason=form.cleaned_data["reason"], by=request.officer
        ),
        _("The warning stays. Whoever asked reads why."),
    )


@require_POST
def warning_recall_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Whoever asked for it asks no more."""
    asked = queries.waiting_recall(_visible_warning(request, pk))
    if asked is None:
        return decided_meanwhile(request, "warning-detail", pk=pk)
    return _end_request(
        request,
        pk,
        lambda: actions.withdraw_recall(asked.pk, by=request.officer),
        _("Withdrawn: the warning stays."),
    )


def _end_request(request: HttpRequest, pk: uuid.UUID, act: Any, words: str) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        messages.error(request, _("This is for somebody else to decide."))
    except (NothingWaits, actions.AlreadyRecalled):
        return decided_meanwhile(request, "warning-detail", pk=pk)
    else:
        messages.success(request, words)
    return redirect("warning-detail", pk=pk)


def _visible_warning(request: HttpRequest, pk: uuid.UUID) -> Warning:
    visible = Warning.objects.visible_to(request.officer).select_related("unit")
    return get_object_or_404(visible, pk=pk)


def _recall_page(
    request: HttpRequest,
    warning: Warning,
    plan: AudiencePlan,
    *,
    panel: SecondPersonPanel[RecallRequest] | None,
    form: RecallForm,
) -> HttpResponse:
    audience, versions = queries.recall_audience(warning), queries.published_versions_of(warning)
    have_it = count_who_have_it(audience)
    asked = panel.text if panel else None
    texts = outgoing_text.recall_messages(
        versions[0].texts,
        codes=[version.verify_code.code for version in versions],
        # Of the fixed reasons one is as long as another: enough to say what it costs.
        reason=asked.shown_words if asked else RecallReason(RecallReason.values[0]).label,
        issuer=warning.unit.name,
    )
    context = {
        "warning": warning,
        "panel": panel,
        "asked": asked,
        "is_asker": panel is not None and request.officer.pk in panel.text.hands,
        "may_release": RELEASING.may_act_for(request.officer, warning.unit),
        "form": form,
        "refuse_form": RefuseRecallForm(),
        "plan": plan,
        "have_it": have_it,
        "may_have_it": plan.recipients - have_it,
        "version": versions[0],
        **before_sending_context(
            audience, unit=warning.unit, texts=texts, is_urgent=True, is_recall=True
        ),
    }
    status = 422 if form.is_bound and form.errors else panel.status if panel else 200
    return render(request, "warnings/recall.html", context, status=status)
