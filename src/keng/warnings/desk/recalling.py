"""Taking a public warning back: at once, or handed in for a second person, who decides here."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keng.accounts.presence import is_present
from keng.acts.errors import NotAllowed
from keng.delivery.audience import plan_audience
from keng.warnings import actions, queries, rights
from keng.warnings.actions.province_call import may_call_province
from keng.warnings.actions.recalling import digest_of_request
from keng.warnings.forms import ApproveRecallForm, RecallForm, RefuseRecallForm
from keng.warnings.models import Warning


def warning_recall(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a public warning back, with a reason and a code."""
    warning = _visible_warning(request, pk)
    may = rights.may_ask_recall(request.officer, warning)
    if warning.state != Warning.State.PUBLISHED or not may:
        return redirect("warning-detail", pk=pk)
    own_words = queries.waiting_recall(warning) is None
    form = RecallForm(request.POST or None, unit=warning.unit, own_words=own_words)
    if request.method == "POST" and form.is_valid() and is_present(request.officer, form):
        return _recall_posted(request, warning, form)
    return _recall_page(request, warning, form=form)


def _recall_posted(request: HttpRequest, warning: Warning, form: RecallForm) -> HttpResponse:
    reason = form.cleaned_data["reason"]
    at_once = rights.may_release(request.officer, warning) and not form.is_own_words
    try:
        if at_once:
            dispatch = actions.recall_warning(warning.pk, reason=reason, by=request.officer)
            messages.success(request, _("Taken back; whoever got it is told now."))
            return redirect("dispatch", pk=dispatch.pk)
        words = form.cleaned_data["words"]
        actions.ask_recall(warning.pk, reason=reason, words=words, by=request.officer)
    except (actions.AlreadyRecalled, actions.NotPublished) as error:
        messages.error(request, error.sentence)
        return redirect("warning-detail", pk=warning.pk)
    except actions.RecallWaits as error:
        messages.error(request, error.sentence)
        return redirect("warning-recall", pk=warning.pk)
    messages.success(request, _("Handed in: a second person takes it back."))
    return redirect("warning-detail", pk=warning.pk)


@require_POST
def warning_recall_decide(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The second person lets exactly these words out."""
    warning = _visible_warning(request, pk)
    asked = queries.waiting_recall(warning)
    if asked is None:
        return _decided_meanwhile(request, pk)
    form = ApproveRecallForm(request.POST)
    if not form.is_valid():
        return _recall_page(request, warning, approve_form=form)
    seen = bytes.fromhex(form.cleaned_data["seen"])
    # What is stale is said before the code is used up: the same code does not work twice.
    if seen != digest_of_request(asked, warning):
        return _recall_page(request, warning, stale=True)
    if not is_present(request.officer, form):
        return _recall_page(request, warning, approve_form=form)
    try:
        dispatch = actions.approve_recall(asked.pk, seen=seen, by=request.officer)
    except (actions.StaleApproval, actions.RecallWordsStop):
        return _recall_page(request, warning, stale=True)
    except NotAllowed as error:
        words = _("You asked for it: a second person has to approve it.")
        if isinstance(error, actions.SetUpAnAuthor):
            words = _(
                "Less than 90 days ago one of you two had a hand in the other's sign-in, or the"
                " same person in both: somebody else decides."
            )
        messages.error(request, words)
        return redirect("warning-recall", pk=pk)
    except (actions.NotSubmitted, actions.AlreadyRecalled, actions.NotPublished):
        return _decided_meanwhile(request, pk)
    messages.success(request, _("Taken back; whoever got it is told now."))
    return redirect("dispatch", pk=dispatch.pk)


@require_POST
def warning_recall_refuse(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The warning stays as it is."""
    warning = _visible_warning(request, pk)
    asked = queries.waiting_recall(warning)
    form = RefuseRecallForm(request.POST)
    if asked is None:
        return _decided_meanwhile(request, pk)
    if not form.is_valid():
        return _recall_page(request, warning, refuse_form=form)
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
        return _decided_meanwhile(request, pk)
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
    except (actions.NotSubmitted, actions.AlreadyRecalled, actions.NotPublished):
        return _decided_meanwhile(request, pk)
    else:
        messages.success(request, words)
    return redirect("warning-detail", pk=pk)


def _decided_meanwhile(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    messages.error(request, actions.NotSubmitted.sentence)
    return redirect("warning-detail", pk=pk)


def _visible_warning(request: HttpRequest, pk: uuid.UUID) -> Warning:
    visible = Warning.objects.visible_to(request.officer).select_related("unit")
    return get_object_or_404(visible, pk=pk)


def _recall_page(request: HttpRequest, warning: Warning, **forms: Any) -> HttpResponse:
    asked = queries.waiting_recall(warning)
    officer = request.officer
    form = forms.get("form") or RecallForm(unit=warning.unit, own_words=asked is None)
    approve_form = forms.get("approve_form") or ApproveRecallForm()
    refuse_form = forms.get("refuse_form") or RefuseRecallForm()
    stale = forms.get("stale", False)
    context = {
        "warning": warning,
        "asked": asked,
        "seen": digest_of_request(asked, warning).hex() if asked else "",
        "is_asker": asked is not None and asked.asked_by_id == officer.pk,
        "may_release": rights.may_release(officer, warning),
        "can_call": may_call_province(officer, warning),
        "form": form,
        "approve_form": approve_form,
        "refuse_form": refuse_form,
        "stale": stale,
        "plan": plan_audience(queries.recall_audience(warning)),
        "version": queries.published_versions_of(warning)[0],
    }
    is_wrong = any(one.is_bound and one.errors for one in (form, approve_form, refuse_form))
    status = 409 if stale else 422 if is_wrong else 200
    return render(request, "warnings/recall.html", context, status=status)
